#include "io/signals/stop_request.hpp"

#include <csignal>

namespace tidemill::io {
namespace {

volatile std::sig_atomic_t stop_signal = 0;

}  // namespace

void watch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { stop_signal = signal; };
  sigaction(SIGUSR1, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested(Comm const& comm) { return comm.max(static_cast<int>(stop_signal)) != 0; }

void forget_stop_request() { stop_signal = 0; }

}  // namespace tidemill::io
