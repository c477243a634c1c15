// Model files from elsewhere: one whose content does not have its digest is refused before anything in it is used, and
// one with a bad structure is refused whatever its digest says.
#include "drivers/text/text_classifier.hpp"
#include "io/store/commit.hpp"
#include "jobs/models.hpp"
#include "jobs/recommenders.hpp"
#include "tests/fuzz/described_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {
namespace {

/// Whatever its kind. What was taken is used, for bounds that hold while it is read may not hold later.
void use_recommender(std::filesystem::path const& path) {
  auto const loaded = jobs::load_recommender_file(fuzz_comm(), path);
  loaded.model->top_k(loaded.card.histories, loaded.card.histories, 3);
}

void use_classifier(std::filesystem::path const& path) {
  io::Hdf5File file = io::Hdf5File::open(fuzz_comm(), path);
  std::vector<std::string_view> const texts{"good day", ""};
  drivers::TextClassifier::load(file, "text_classifier").predict(texts);
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  std::filesystem::path const path = fuzz_folder() / "model.h5";
  expect_error_or_success([&] {
    if (is_raw_hdf5(bytes)) {
      fuzz_file("model.h5", bytes);
    } else {
      io::commit_hdf5(fuzz_comm(), path, {"model", "", 0, {}},
                      [&](io::Hdf5File& file) { write_described(file, bytes); });
    }
    io::verify_hdf5(fuzz_comm(), path);
  });
  expect_error_or_success([&] { jobs::load_model_file(fuzz_comm(), path); });
  expect_error_or_success([&] { use_recommender(path); });
  expect_error_or_success([&] { use_classifier(path); });
}

}  // namespace tidemill::tests
