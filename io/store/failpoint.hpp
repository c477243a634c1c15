#pragma once

#include <cstddef>

namespace tidemill::io {

/// Numbered failpoints: every call that changes the file system or reads a stored file back passes through one of the
/// functions below, which count it, from 1, per process. (Groups, attributes and empty datasets of an HDF5 file stay in
/// memory until its close, which is such a call.) The environment asks for one of them to fail:
///   TIDEMILL_FAILPOINT=MODE@K or MODE@K/RANK   call K of rank RANK (0 when not said) fails
///   TIDEMILL_FAILPOINT_COUNT=FILE              rank 0 writes there at its end how many calls there were, and on a
///                                              second line a letter for each: c changes the file system, r reads, w
///                                              writes bytes, b reads bytes
/// Modes: eio and enospc (the call fails with that error and does nothing; a close does close), short (a read or write
/// of bytes moves half of them; any other call is not touched), kill_before and kill_after (SIGKILL).
/// Without these variables a call costs one look at a flag.

/// Sets the flag from the environment. Once, before the first call; until then nothing is counted. Throws ConfigError
/// when the variable cannot be understood.
void arm_failpoints(int rank);
/// Writes the count where it was asked for.
void leave_failpoint_count(int rank);

/// What a call does; after a kill before one that reads, the disk is as after a kill before the next that changes it.
enum class CallKind : char { change = 'c', read = 'r', write_bytes = 'w', read_bytes = 'b' };

namespace failpoint_detail {
enum class Fault { none, fail, halve, kill_after };
extern bool is_armed;
/// Counts a call. Sets errno for Fault::fail; does not return when the process is to die first.
Fault next_call(CallKind kind);
void set_error();
void die();
}  // namespace failpoint_detail

/// `call` returns a negative number on failure and takes no care of its own about failpoints.
template <class Call>
auto at_failpoint(Call const& call, CallKind kind = CallKind::change) -> decltype(call()) {
  using failpoint_detail::Fault;
  if (!failpoint_detail::is_armed) return call();
  Fault const fault = failpoint_detail::next_call(kind);
  if (fault == Fault::fail) return -1;
  auto const result = call();
  if (fault == Fault::kill_after) failpoint_detail::die();
  return result;
}

/// For a call that gives something back to the system: it is made in any case, and fails late.
template <class Call>
auto at_closing_failpoint(Call const& call, CallKind kind = CallKind::change) -> decltype(call()) {
  using failpoint_detail::Fault;
  if (!failpoint_detail::is_armed) return call();
  Fault const fault = failpoint_detail::next_call(kind);
  auto const result = call();
  if (fault == Fault::kill_after) failpoint_detail::die();
  if (fault != Fault::fail) return result;
  failpoint_detail::set_error();
  return -1;
}

/// For a call that all ranks make together: it was made, and is said to have failed on this one (false) or not. A kill
/// comes after it.
inline bool passes_failpoint(CallKind kind = CallKind::change) {
  return at_failpoint([] { return 0; }, kind) == 0;
}

/// `call` moves up to the number of bytes it is given and returns how many it did move.
template <class Call>
auto at_bytes_failpoint(std::size_t bytes, CallKind kind, Call const& call) -> decltype(call(bytes)) {
  using failpoint_detail::Fault;
  if (!failpoint_detail::is_armed) return call(bytes);
  Fault const fault = failpoint_detail::next_call(kind);
  if (fault == Fault::fail) return -1;
  auto const result = call(fault == Fault::halve ? (bytes + 1) / 2 : bytes);
  if (fault == Fault::kill_after) failpoint_detail::die();
  return result;
}

}  // namespace tidemill::io
