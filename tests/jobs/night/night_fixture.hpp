#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/options.hpp"
#include "tests/support/run_command.hpp"

namespace tidemill::jobs {

/// Nights on a store of their own: inputs lie in the folder, the store in `store` below. Commands end in an exit code;
/// what they printed and why they failed is kept.
class NightFixture : public testing::Test {
 protected:
  /// Collective. `nightly` with a config's text and further arguments.
  ExitCode run_nightly(std::string const& date, std::string const& config, std::vector<std::string> arguments = {}) {
    return run_nightly_on(tests::world(), "store", date, config, std::move(arguments));
  }
  /// Collective over `comm`. The same into another store of the folder.
  ExitCode run_nightly_on(io::Comm const& comm, std::string const& store, std::string const& date,
                          std::string const& config, std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.end(), {"--store", (folder_ / store).string(), "--input", folder_.path().string(),
                                       "--date", date, "--config", "night.cfg"});
    return code_of([&] {
      Command const command = make_nightly_command();
      ParsedOptions const parsed = parse_options(command, arguments, [&](std::string const&) { return config; });
      io::Progress progress(comm, io::Progress::Level::quiet);
      command.run({comm, progress, parsed.common.seed, false, parsed.config_text, parsed.values});
    });
  }
  /// Collective. `models` on the store.
  ExitCode models(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--store", (folder_ / "store").string()});
    return code_of([&] { tests::run_command(tests::world(), "models", arguments); });
  }
  ExitCode code_of(std::function<void()> const& work) {
    testing::internal::CaptureStdout();
    ExitCode code = ExitCode::done;
    try {
      work();
      message_.clear();
    } catch (Error const& error) {
      message_ = error.what();
      code = error.code();
    }
    printed_ = testing::internal::GetCapturedStdout();
    return code;
  }

  tests::ScratchFolder folder_;
  std::string printed_, message_;
};

}  // namespace tidemill::jobs
