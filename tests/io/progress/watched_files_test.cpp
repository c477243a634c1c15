#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "io/progress/prometheus.hpp"
#include "io/progress/status_log.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;

std::string watched_text(std::filesystem::path const& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A text as long as real metrics, whose first and last lines belong together.
std::string metrics_of_turn(int turn) {
  PrometheusText text;
  text.gauge("first", "The turn.");
  text.sample({}, turn);
  text.gauge("filler", "Much between.");
  for (int i = 0; i < 300; ++i) text.sample({{"step", "s" + std::to_string(i)}}, turn * 0.5);
  text.gauge("last", "The turn again.");
  text.sample({}, turn);
  return text.text();
}

std::string status_of_turn(int turn) {
  return nlohmann::json{{"turn", turn}, {"text", std::string(static_cast<std::size_t>(turn % 3000), 'x')}}.dump();
}

bool is_whole(std::string const& metrics) {
  std::size_t const first = metrics.find("\ntidemill_first "), last = metrics.find("\ntidemill_last ");
  if (first == std::string::npos || last == std::string::npos || metrics.back() != '\n') return false;
  std::string const turn = metrics.substr(first + 16, metrics.find('\n', first + 1) - first - 16);
  return metrics.substr(last + 15) == turn + "\n";
}

TEST(WatchedFiles, PrometheusTextFollowsTheFormat) {
  PrometheusText text;
  text.gauge("no samples", "Left out.");
  text.gauge("a-b", "Help with a \\ and\na line.");
  text.sample({{"step", "say \"x\"\\\n"}, {"rank", "0"}}, 0.1);
  text.sample({}, std::numeric_limits<double>::quiet_NaN());
  text.sample({}, -std::numeric_limits<double>::infinity());
  text.sample({}, 1e300);
  EXPECT_EQ(text.text(),
            "# HELP tidemill_a_b Help with a \\\\ and\\na line.\n"
            "# TYPE tidemill_a_b gauge\n"
            "tidemill_a_b{rank=\"0\",step=\"say \\\"x\\\"\\\\\\n\"} 0.1\n"
            "tidemill_a_b NaN\ntidemill_a_b -Inf\ntidemill_a_b 1e+300\n");
}

TEST(WatchedFiles, ATornLastLineIsLeftOut) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  std::filesystem::path const file = folder / "status.jsonl";
  EXPECT_TRUE(status_lines(file).empty());
  EXPECT_EQ(last_status_line(file), "");
  StatusLog log;
  log.append("not open: nothing happens");
  log.open(file);
  log.append("one");
  EXPECT_EQ(last_status_line(file), "one");
  log.append("two");
  std::ofstream(file, std::ios::app) << "{\"torn";
  EXPECT_EQ(status_lines(file), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(last_status_line(file), "two");
  std::ofstream(file, std::ios::trunc) << std::string(100000, 'x') << "\n"
                                       << "last\n";
  EXPECT_EQ(last_status_line(file), "last");
  std::ofstream(file, std::ios::trunc) << std::string(100000, 'x') << "\n";
  EXPECT_EQ(last_status_line(file), "");
  EXPECT_FALSE(replace_text(folder / "missing" / "metrics.prom", "x"));
}

/// The child writes as fast as it can until it is killed.
[[noreturn]] void write_for_ever(std::filesystem::path const& folder, int from) {
  StatusLog log;
  log.open(folder / "status.jsonl");
  for (int turn = from;; ++turn) {
    log.append(status_of_turn(turn));
    replace_text(folder / "metrics.prom", metrics_of_turn(turn));
  }
}

TEST(WatchedFiles, AReaderSeesWholeTextsWhileWritersAreKilled) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  int read = 0, torn = 0, turn = -1;
  std::size_t lines = 0;
  for (int kill_number = 0; kill_number < 6; ++kill_number) {
    pid_t const child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_for_ever(folder.path(), 1000 * kill_number);
    auto const until = std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
    bool is_alive = true;
    for (bool more = true; more;) {
      more = is_alive;  // once more after the kill
      std::string const metrics = watched_text(folder / "metrics.prom");
      if (!metrics.empty()) {
        ++read;
        torn += is_whole(metrics) ? 0 : 1;
      }
      std::string const last = last_status_line(folder / "status.jsonl");
      if (!last.empty()) turn = nlohmann::json::parse(last).at("turn").get<int>();
      if (is_alive && std::chrono::steady_clock::now() > until) {
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        is_alive = false;
      }
    }
    // What a kill tore is ended, as the next run's first line would be part of it.
    std::string const text = watched_text(folder / "status.jsonl");
    if (!text.empty() && text.back() != '\n') std::ofstream(folder / "status.jsonl", std::ios::app) << '\n';
    lines = status_lines(folder / "status.jsonl").size();
  }
  EXPECT_EQ(torn, 0);
  EXPECT_GT(read, 20);
  EXPECT_GE(turn, 5000);
  EXPECT_GT(lines, 20u);
}

}  // namespace
}  // namespace tidemill::io
