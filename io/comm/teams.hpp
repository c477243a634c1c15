#pragma once

#include <mpi.h>

#include <cstdint>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// Some of a communicator's ranks, with communicators of their own: what they do together needs no other rank.
class Team {
 public:
  /// Collective over `all`. Ranks that name the same team are together, in the order of their ranks.
  Team(Comm const& all, int team);
  ~Team();
  Team(Team const&) = delete;
  Team& operator=(Team const&) = delete;

  Comm const& comm() const { return comm_; }

  /// Collective over the team. Waits for its other ranks after work in which this one failed (`has_failed`) or not.
  /// False on a rank that failed alone: the others did not come within `seconds`, they wait for it in the work.
  bool meet(bool has_failed, double seconds = 10);

 private:
  MPI_Comm work_ = MPI_COMM_NULL;
  MPI_Comm end_ = MPI_COMM_NULL;  // for meet alone: it must not be mistaken for a message of the work
  bool is_left_ = false;          // a meeting is still under way in end_: it must not be freed
  Comm comm_;
};

/// Numbers 0, 1, 2, ... that any rank may take whenever it likes, each given once: no rank serves the others, and no
/// threads are needed. The numbers lie on rank 0. On one node they are shared memory; between nodes a rank may wait
/// until rank 0 is inside some MPI call.
class SharedCounters {
 public:
  /// Collective. `count` counters that all begin with 0.
  SharedCounters(Comm const& comm, int count);
  /// Collective.
  ~SharedCounters();
  SharedCounters(SharedCounters const&) = delete;
  SharedCounters& operator=(SharedCounters const&) = delete;

  /// Not collective. Takes the counter's next number.
  std::int64_t take(int counter);

 private:
  std::vector<std::int64_t> alone_;  // of one rank, which needs no window
  std::int64_t* shared_ = nullptr;
  MPI_Win window_ = MPI_WIN_NULL;
};

}  // namespace tidemill::io
