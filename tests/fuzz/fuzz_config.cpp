// Config files of the night: any text is taken or refused with a reason.
#include "jobs/commands.hpp"
#include "jobs/options.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void fuzz_one(std::string_view bytes) {
  expect_error_or_success([&] {
    jobs::Command const command = jobs::make_nightly_command();
    jobs::parse_options(command, {"--config", "night.cfg"}, [&](std::string const&) { return std::string(bytes); });
  });
}

}  // namespace tidemill::tests
