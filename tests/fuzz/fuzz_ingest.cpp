// Point-of-sale exports through every adapter: rows read are accepted, quarantined or excluded, and money is conserved.
#include <array>

#include "drivers/ingest/ingest.hpp"
#include "io/store/posix.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void fuzz_one(std::string_view bytes) {
  if (bytes.empty()) return;
  constexpr std::array<char const*, 4> names{"generic", "toast", "square", "clover"};
  auto const choice = static_cast<unsigned char>(bytes.front());
  drivers::IngestOptions options;
  options.adapter = names[choice % 4];
  options.file.date_order = choice / 4 % 2 == 0 ? io::DateOrder::unknown : io::DateOrder::day_first;
  options.file.location = choice / 8 % 2 == 0 ? "" : "Quay";
  options.store = fuzz_folder() / "store";
  options.tenant = "main";
  options.max_bad_share = 1;
  std::filesystem::path const path = fuzz_file("export.csv", bytes.substr(1));
  expect_error_or_success([&] {
    drivers::IngestReport const report = drivers::ingest_file(fuzz_comm(), path, options, {});
    promise(report.read == report.accepted + report.bad + report.excluded, "read = accepted + bad + excluded");
    promise(report.net_in_file == report.net_accepted + report.net_quarantined, "net amounts are conserved");
  });
  std::error_code ignored;
  std::filesystem::remove_all(options.store, ignored);
}

}  // namespace tidemill::tests
