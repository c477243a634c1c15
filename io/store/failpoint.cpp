#include "io/store/failpoint.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>

#include "io/error.hpp"

namespace tidemill::io {
namespace failpoint_detail {

bool is_armed = false;

namespace {

enum class FaultMode { none, eio, enospc, halve, kill_before, kill_after };

struct FaultPlan {
  FaultMode mode = FaultMode::none;
  std::int64_t call = 0;
  int rank = 0;
};

FaultPlan fault_plan;
std::atomic<std::int64_t> calls_made = 0;
bool keeps_kinds = false;
std::mutex kinds_mutex;
std::string kinds_of_calls;

/// The call's number.
std::int64_t count_call(CallKind kind) {
  if (!keeps_kinds) return ++calls_made;
  std::lock_guard const lock(kinds_mutex);
  kinds_of_calls += static_cast<char>(kind);
  return ++calls_made;
}

FaultMode mode_named(std::string_view name) {
  if (name == "eio") return FaultMode::eio;
  if (name == "enospc") return FaultMode::enospc;
  if (name == "short") return FaultMode::halve;
  if (name == "kill_before") return FaultMode::kill_before;
  if (name == "kill_after") return FaultMode::kill_after;
  return FaultMode::none;
}

template <class Number>
bool read_whole(std::string_view text, Number& number) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

FaultPlan parse_plan(std::string_view text) {
  std::size_t const at = text.find('@');
  std::size_t const slash = text.find('/');
  FaultPlan plan;
  plan.mode = mode_named(text.substr(0, at));
  bool const has_call = at != std::string_view::npos && read_whole(text.substr(at + 1, slash - at - 1), plan.call);
  bool const has_rank = slash == std::string_view::npos || read_whole(text.substr(slash + 1), plan.rank);
  if (plan.mode == FaultMode::none || !has_call || !has_rank || plan.call < 1 || plan.rank < 0) {
    throw ConfigError(fmt::format(
        "TIDEMILL_FAILPOINT={}: expected MODE@CALL or MODE@CALL/RANK, MODE one of eio, enospc, short, kill_before, "
        "kill_after, calls counted from 1; unset it for an ordinary run",
        text));
  }
  return plan;
}

}  // namespace

void die() { std::raise(SIGKILL); }

void set_error() { errno = fault_plan.mode == FaultMode::enospc ? ENOSPC : EIO; }

Fault next_call(CallKind kind) {
  if (count_call(kind) != fault_plan.call) return Fault::none;
  switch (fault_plan.mode) {
    case FaultMode::none:
      return Fault::none;
    case FaultMode::eio:
    case FaultMode::enospc:
      set_error();
      return Fault::fail;
    case FaultMode::halve:
      return Fault::halve;
    case FaultMode::kill_before:
      die();
      return Fault::none;
    case FaultMode::kill_after:
      return Fault::kill_after;
  }
  return Fault::none;
}

}  // namespace failpoint_detail

void arm_failpoints(int rank) {
  namespace detail = failpoint_detail;
  detail::keeps_kinds = std::getenv("TIDEMILL_FAILPOINT_COUNT") != nullptr;
  detail::is_armed = detail::keeps_kinds;
  detail::calls_made = 0;
  detail::kinds_of_calls.clear();
  detail::fault_plan = {};
  char const* const text = std::getenv("TIDEMILL_FAILPOINT");
  if (text == nullptr || *text == '\0') return;
  detail::FaultPlan const plan = detail::parse_plan(text);
  detail::is_armed = true;
  if (plan.rank == rank) detail::fault_plan = plan;
}

void leave_failpoint_count(int rank) {
  char const* const path = std::getenv("TIDEMILL_FAILPOINT_COUNT");
  if (path == nullptr || rank != 0) return;
  std::ofstream(path) << failpoint_detail::calls_made.load() << '\n' << failpoint_detail::kinds_of_calls << '\n';
}

}  // namespace tidemill::io
