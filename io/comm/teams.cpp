#include "io/comm/teams.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <thread>

#include "io/error.hpp"

namespace tidemill::io {
namespace {

void check_team_call(int status, char const* call) {
  if (status != MPI_SUCCESS) throw Error(std::string(call) + " failed");
}

MPI_Comm split_off(Comm const& all, int team) {
  MPI_Comm part = MPI_COMM_NULL;
  check_team_call(MPI_Comm_split(all.handle(), team, all.rank(), &part), "MPI_Comm_split");
  return part;
}

MPI_Comm twin_of(MPI_Comm original) {
  MPI_Comm twin = MPI_COMM_NULL;
  check_team_call(MPI_Comm_dup(original, &twin), "MPI_Comm_dup");
  return twin;
}

}  // namespace

Team::Team(Comm const& all, int team) : work_(split_off(all, team)), end_(twin_of(work_)), comm_(work_) {}

Team::~Team() {
  // Freeing is collective; on the way out of an error the others may never come.
  if (is_left_ || std::uncaught_exceptions() > 0) return;
  MPI_Comm_free(&end_);
  MPI_Comm_free(&work_);
}

bool Team::meet(bool has_failed, double seconds) {
  if (comm_.size() == 1) return true;
  MPI_Request request = MPI_REQUEST_NULL;
  check_team_call(MPI_Ibarrier(end_, &request), "MPI_Ibarrier");
  if (!has_failed) {
    check_team_call(MPI_Wait(&request, MPI_STATUS_IGNORE), "MPI_Wait");
    return true;
  }
  double const deadline = seconds_now() + seconds;
  for (int arrived = 0;;) {
    check_team_call(MPI_Test(&request, &arrived, MPI_STATUS_IGNORE), "MPI_Test");
    if (arrived != 0) return true;
    if (seconds_now() > deadline) {
      is_left_ = true;
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

SharedCounters::SharedCounters(Comm const& comm, int count) {
  if (comm.size() == 1) {
    alone_.resize(static_cast<std::size_t>(count));
    return;
  }
  auto const bytes = comm.is_root() ? static_cast<MPI_Aint>(sizeof(std::int64_t)) * count : MPI_Aint{0};
  check_team_call(MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, comm.handle(), &shared_, &window_),
                  "MPI_Win_allocate");
  check_team_call(MPI_Win_lock_all(MPI_MODE_NOCHECK, window_), "MPI_Win_lock_all");
  if (comm.is_root()) std::fill_n(shared_, count, std::int64_t{0});
  check_team_call(MPI_Win_sync(window_), "MPI_Win_sync");
  comm.barrier();
}

SharedCounters::~SharedCounters() {
  if (window_ == MPI_WIN_NULL || std::uncaught_exceptions() > 0) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

std::int64_t SharedCounters::take(int counter) {
  if (window_ == MPI_WIN_NULL) return alone_[static_cast<std::size_t>(counter)]++;
  std::int64_t const one = 1;
  std::int64_t taken = 0;
  check_team_call(MPI_Fetch_and_op(&one, &taken, MPI_INT64_T, 0, counter, MPI_SUM, window_), "MPI_Fetch_and_op");
  check_team_call(MPI_Win_flush(0, window_), "MPI_Win_flush");
  return taken;
}

}  // namespace tidemill::io
