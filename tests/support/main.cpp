#include <gtest/gtest.h>
#include <mpi.h>

#include <Kokkos_Core.hpp>
#include <cstdio>

#include "io/hdf5/inspection.hpp"
#include "io/hdf5/library.hpp"
#include "io/signals/stop_request.hpp"
#include "tests/support/world.hpp"

namespace {

tidemill::io::Comm const* world_comm = nullptr;

/// On ranks above 0 only failures are printed, with their rank.
class FailurePrinter : public testing::EmptyTestEventListener {
  void OnTestPartResult(testing::TestPartResult const& result) override {
    if (result.failed()) {
      std::fprintf(stderr, "[rank %d] %s:%d: %s\n", world_comm->rank(), result.file_name() ? result.file_name() : "?",
                   result.line_number(), result.summary());
    }
  }
};

/// A test that asks for a stop must not stop the next one.
class StopForgetter : public testing::EmptyTestEventListener {
  void OnTestStart(testing::TestInfo const&) override { tidemill::io::forget_stop_request(); }
};

}  // namespace

namespace tidemill::tests {
io::Comm const& world() { return *world_comm; }
}  // namespace tidemill::tests

int main(int argc, char** argv) {
  if (auto const code = tidemill::io::serve_inspection(argc, argv)) return *code;
  tidemill::io::start_hdf5();
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  int failed = 0;
  {
    Kokkos::ScopeGuard const kokkos(argc, argv);
    tidemill::io::Comm const comm(MPI_COMM_WORLD);
    world_comm = &comm;
    testing::InitGoogleTest(&argc, argv);
    if (!comm.is_root()) {
      auto& listeners = testing::UnitTest::GetInstance()->listeners();
      delete listeners.Release(listeners.default_result_printer());
      listeners.Append(new FailurePrinter);
    }
    testing::UnitTest::GetInstance()->listeners().Append(new StopForgetter);
    failed = comm.max(RUN_ALL_TESTS());
  }
  MPI_Finalize();
  return failed;
}
