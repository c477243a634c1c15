// Interactions as pairs and as lists: pairs read are kept or counted among the others.
#include "drivers/interactions/read_interactions.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void fuzz_one(std::string_view bytes) {
  if (bytes.empty()) return;
  auto const choice = static_cast<unsigned char>(bytes.front());
  drivers::InteractionFormat format;
  format.layout = choice % 2 == 0 ? drivers::InteractionLayout::pairs : drivers::InteractionLayout::userlist;
  format.has_header = choice / 2 % 2 == 0;
  if (choice / 4 % 2 == 1 && format.layout == drivers::InteractionLayout::pairs) {
    format.value = "3";
    format.min_value = 3;
  }
  if (choice / 8 % 2 == 1) format.max_bad_share = 1;
  std::filesystem::path const path = fuzz_file("pairs.csv", bytes.substr(1));
  expect_error_or_success([&] {
    drivers::InteractionCounts counts;
    drivers::read_interactions(fuzz_comm(), path, format, &counts);
    promise(counts.read == counts.kept + counts.below_threshold + counts.repeated + counts.unknown + counts.quarantined,
            "pairs read are kept or counted");
  });
}

}  // namespace tidemill::tests
