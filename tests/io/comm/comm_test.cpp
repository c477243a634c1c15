#include "io/comm/comm.hpp"

#include <gtest/gtest.h>

#include "io/error.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::world;

TEST(Comm, ExchangeAndGatherKeepRankOrder) {
  Comm const& comm = world();
  std::vector<std::vector<int>> outgoing(static_cast<std::size_t>(comm.size()));
  for (int r = 0; r < comm.size(); ++r)
    outgoing[static_cast<std::size_t>(r)].assign(static_cast<std::size_t>(r), comm.rank());
  auto const received = comm.exchange(outgoing);
  for (int r = 0; r < comm.size(); ++r) {
    EXPECT_EQ(received[static_cast<std::size_t>(r)], std::vector<int>(static_cast<std::size_t>(comm.rank()), r));
  }
  EXPECT_EQ(comm.gather_all_texts("r" + std::to_string(comm.rank())).back(), "r" + std::to_string(comm.size() - 1));
  EXPECT_EQ(comm.sum(1), comm.size());
}

TEST(Comm, AgreeThrowsOnEveryRankWithTheCode) {
  int const last = world().size() - 1;
  try {
    agree(world(), "check", [&] {
      if (world().rank() == last) throw DataError("row 7 is bad");
    });
    FAIL() << "agree did not throw";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_NE(std::string(error.what()).find("row 7 is bad"), std::string::npos);
  }
}

}  // namespace
}  // namespace tidemill::io
