#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/linear/linear_model.hpp"
#include "drivers/recommend/card.hpp"
#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

/// A linear model of one number, as files hold it; each list can be given another content.
struct StoredModel {
  std::vector<std::int64_t> level_count{0};
  std::vector<std::string> features{"x"};
  std::vector<double> coefficients{4.8, 2.1};
  std::int64_t outputs = 1, family = 0;

  void load() const {
    ScratchFolder const folder;
    std::filesystem::path const path = folder.path() / "model.h5";
    io::Hdf5File file = io::Hdf5File::create(world(), path);
    file.write_all("linear/encoding/mean", std::vector<double>{3});
    file.write_all("linear/encoding/scale", std::vector<double>{0.5});
    file.write_all("linear/encoding/has_indicator", std::vector<std::int8_t>{0});
    file.write_all("linear/encoding/level_count", level_count);
    file.write_texts("linear/encoding/levels", {});
    file.write_texts("linear/encoding/features", features);
    file.write_all("linear/coefficients", coefficients);
    file.set_attribute("linear", "outputs", outputs);
    file.set_attribute("linear", "family", family);
    file.close();
    io::Hdf5File stored = io::Hdf5File::open(world(), path);
    LinearModel::load(stored);
  }
};

TEST(DamagedModel, LinearListsMustFitTogether) {
  EXPECT_NO_THROW(StoredModel{}.load());
  EXPECT_THROW(StoredModel{.level_count = {}}.load(), DataError);
  EXPECT_THROW(StoredModel{.level_count = {1}}.load(), DataError);
  EXPECT_THROW(StoredModel{.level_count = {-1}}.load(), DataError);
  EXPECT_THROW((StoredModel{.features = {"x", "y"}}.load()), DataError);
  EXPECT_THROW(StoredModel{.coefficients = {}}.load(), DataError);
  EXPECT_THROW(StoredModel{.outputs = 2}.load(), DataError);
  EXPECT_THROW(StoredModel{.family = 7}.load(), DataError);
}

/// Two users with three pairs of four items.
struct StoredCard {
  std::int64_t items = 4;
  std::vector<std::int64_t> start{0, 2, 3};
  std::vector<std::int32_t> item{0, 3, 1};
  std::vector<std::int64_t> item_ids{10, 11, 12, 13};

  void load() const {
    ScratchFolder const folder;
    std::filesystem::path const path = folder.path() / "model.h5";
    io::Hdf5File file = io::Hdf5File::create(world(), path);
    file.create_group("card");
    for (auto const& [key, value] : {std::pair("kind", "popularity"), std::pair("options", ""),
                                     std::pair("user_ids", "integer"), std::pair("item_ids", "integer")}) {
      file.set_attribute("card", key, std::string(value));
    }
    file.set_attribute("card", "items", items);
    file.write_all("card/histories/start", start);
    file.write_all("card/histories/item", item);
    file.write_all("card/users/ids", std::vector<std::int64_t>{7, 8});
    file.write_all("card/items/ids", item_ids);
    file.close();
    io::Hdf5File stored = io::Hdf5File::open(world(), path);
    load_recommender_card(world(), stored, "card");
  }
};

TEST(DamagedModel, HistoriesMustNameItemsThereAre) {
  EXPECT_NO_THROW(StoredCard{}.load());
  EXPECT_THROW(StoredCard{.start = {}}.load(), DataError);
  EXPECT_THROW((StoredCard{.start = {0, 3, 2}}.load()), DataError);
  EXPECT_THROW((StoredCard{.start = {0, 2, 4}}.load()), DataError);
  EXPECT_THROW((StoredCard{.item = {0, 4, 1}}.load()), DataError);
  EXPECT_THROW((StoredCard{.item = {0, 3, -1}}.load()), DataError);
  EXPECT_THROW(StoredCard{.items = -1}.load(), DataError);
  EXPECT_THROW(StoredCard{.items = 5}.load(), DataError);
}

}  // namespace
}  // namespace tidemill::drivers
