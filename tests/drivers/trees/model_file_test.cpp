#include <gtest/gtest.h>

#include <functional>

#include "drivers/trees/predict.hpp"
#include "io/error.hpp"
#include "tests/drivers/trees/example.hpp"

namespace tidemill::tests {
namespace {

using drivers::Objective;

drivers::TreeModel small_model() {
  drivers::TreeParams params = small_params(Objective::softmax);
  params.classes = 3;
  params.trees = 3;
  params.monotone = {0, 0, 1, 0, 0};
  drivers::TreeModel model = train(world(), example_dataset(world(), {.rows = 500, .classes = 3}), params);
  model.target = "y";
  return model;
}

TEST(TreeModelFile, ComesBackAsWritten) {
  ScratchFolder const folder;
  drivers::TreeModel const model = small_model();
  std::string const digest = digest_of(world(), model, folder / "m.h5");
  io::Hdf5File file = io::Hdf5File::open(world(), folder / "m.h5");
  drivers::TreeModel const back = drivers::load_model(file);
  file.close();
  EXPECT_EQ(digest_of(world(), back, folder / "again.h5"), digest);
  EXPECT_EQ(back.target, "y");
  drivers::TreeDataset const data = example_dataset(world(), {.rows = 99, .classes = 3});
  EXPECT_EQ(drivers::predict(kernels::Exec(), back, data).raw, drivers::predict(kernels::Exec(), model, data).raw);
}

TEST(TreeModelFile, HostileContentIsRefused) {
  ScratchFolder const folder;
  drivers::TreeModel const good = small_model();
  std::size_t const root = 0;
  ASSERT_GE(good.ensemble.feature[root], 0);
  std::vector<std::function<void(drivers::TreeModel&)>> const damages{
      [&](auto& m) { m.ensemble.left[root] = 1 << 30; },
      [&](auto& m) { m.ensemble.right[root] = 0; },  // a circle
      [&](auto& m) { m.ensemble.right[root] = -5; },
      [&](auto& m) { m.ensemble.feature[root] = 5; },
      [&](auto& m) { m.ensemble.feature[root] = -2; },
      [&](auto& m) { m.ensemble.threshold[root] = 100000; },
      [&](auto& m) { m.ensemble.threshold[root] = -1; },
      [&](auto& m) { m.ensemble.value.pop_back(); },
      [&](auto& m) { m.ensemble.value.back() = std::nan(""); },
      [&](auto& m) { m.ensemble.tree_start[1] = 1 << 30; },
      [&](auto& m) { m.ensemble.tree_start.back() += 1; },
      [&](auto& m) { m.ensemble.is_categorical[root] ^= 1; },
      [&](auto& m) { m.ensemble.base_score.clear(); },
      [&](auto& m) { m.ensemble.outputs = 2; },
      [&](auto& m) { m.bins[4].category[0] = 12; },
      [&](auto& m) { m.bins[0].upper.assign(300, 1.0f); },
      [&](auto& m) { std::swap(m.bins[0].upper[0], m.bins[0].upper[1]); },
      [&](auto& m) { m.bins.pop_back(); },
      [&](auto& m) { m.params.classes = 0; },
      [&](auto& m) { m.params.monotone.pop_back(); },
      [&](auto& m) { m.best_round = 7; },
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    drivers::TreeModel bad = good;
    damages[i](bad);
    digest_of(world(), bad, folder / "bad.h5");
    io::Hdf5File file = io::Hdf5File::open(world(), folder / "bad.h5");
    EXPECT_THROW(drivers::load_model(file), DataError) << "damage " << i;
  }
}

TEST(TreeModelFile, OtherTablesAreTranslated) {
  drivers::TreeModel const model = small_model();
  io::Table table;
  table.range = io::even_share(60, world().rank(), world().size());
  auto const rows = static_cast<std::size_t>(table.rows());
  table.add(io::real_column("other", std::vector<double>(rows, 0.5)));
  table.add(io::integer_column("few", std::vector<std::int64_t>(rows, 3)));
  table.add(io::real_column("gaps", std::vector<double>(rows, std::nan(""))));
  table.add(io::real_column("smooth", std::vector<double>(rows, 1.0)));
  std::vector<std::string> kinds;
  for (std::size_t i = 0; i < rows; ++i) kinds.push_back(i % 2 == 0 ? "kind 9" : "never seen");
  table.add(io::text_column(world(), "kind", kinds));
  drivers::TreeDataset const data = drivers::features_for(model, table);
  EXPECT_EQ(data.features[0].name, "smooth");
  for (std::size_t i = 0; i < rows; ++i) EXPECT_EQ(data.features[4].codes[i], i % 2 == 0 ? 9 : -1);
  EXPECT_EQ(drivers::predict(kernels::Exec(), model, table).raw.size(), rows * 3);
  table.columns.pop_back();
  EXPECT_THROW(drivers::features_for(model, table), DataError);
}

TEST(TreeParams, TextComesBack) {
  drivers::TreeParams params = small_params(Objective::tweedie);
  params.tweedie_power = 1.3000000000000003;
  params.monotone = {1, 0, -1};
  params.growth = drivers::Growth::level_wise;
  params.seed = 18446744073709551615u;
  params.forest = true;
  EXPECT_EQ(drivers::to_text(drivers::params_of_text(drivers::to_text(params))), drivers::to_text(params));
  EXPECT_THROW(drivers::params_of_text("objective = squared\n"), DataError);
  params.learning_rate = 0;
  EXPECT_THROW(drivers::check(params, 3), ConfigError);
}

TEST(TreeDataset, BadTargetsAreNamed) {
  io::Table table;
  table.range = io::even_share(20, world().rank(), world().size());
  std::vector<double> y;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row)
    y.push_back(row == 13 ? std::nan("") : 1.0);
  table.add(io::real_column("y", y));
  table.add(io::real_column("x", y));
  try {
    drivers::make_dataset(world(), table, {{"x"}, {}, "y", "", false});
    FAIL() << "a missing target was taken";
  } catch (DataError const& error) {
    EXPECT_NE(std::string(error.what()).find("row 13"), std::string::npos) << error.what();
  }
  EXPECT_THROW(drivers::make_dataset(world(), table, {{"x", "y"}, {}, "y", "", false}), ConfigError);
  EXPECT_THROW(drivers::feature_names(table, "y", "", {"z"}), ConfigError);
}

}  // namespace
}  // namespace tidemill::tests
