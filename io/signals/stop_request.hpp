#pragma once

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// From here on SIGUSR1 and SIGTERM ask for a stop at the next checkpoint instead of ending the process.
void watch_stop_signals();

/// Collective. True on every rank when any rank was asked to stop. Trainers ask once per step, save a checkpoint and
/// throw StoppedAtCheckpoint.
bool stop_requested(Comm const& comm);

/// This process forgets that it was asked, for one that goes on with something else.
void forget_stop_request();

}  // namespace tidemill::io
