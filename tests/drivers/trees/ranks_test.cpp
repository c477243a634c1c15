#include <gtest/gtest.h>

#include "drivers/trees/predict.hpp"
#include "tests/drivers/trees/example.hpp"

namespace tidemill::tests {
namespace {

using drivers::Objective;
using drivers::TreeParams;

struct Case {
  std::string name;
  ExampleOptions data;
  TreeParams params;
};

std::vector<Case> cases() {
  std::vector<Case> list;
  auto const add = [&](std::string name, Objective objective, ExampleOptions data, auto const& change) {
    TreeParams params = small_params(objective);
    change(params);
    list.push_back({std::move(name), data, params});
  };
  auto const nothing = [](TreeParams&) {};
  ExampleOptions plain, weighted, counts, two, four, tiny, large;
  weighted.with_weights = true;
  counts.counts = true;
  two.classes = 2;
  four.classes = 4;
  tiny.rows = 3;
  large.rows = 70000;
  add("squared", Objective::squared, plain, nothing);
  add("poisson", Objective::poisson, counts, nothing);
  add("tweedie", Objective::tweedie, counts, nothing);
  add("quantile", Objective::quantile, plain, [](TreeParams& p) { p.quantile = 0.8; });
  add("logistic", Objective::logistic, two, nothing);
  add("softmax", Objective::softmax, four, [](TreeParams& p) { p.classes = 4; });
  add("weights", Objective::squared, weighted, nothing);
  add("weighted quantile", Objective::quantile, weighted, nothing);
  add("no row limit", Objective::logistic, two, [](TreeParams& p) { p.min_rows_in_leaf = 0; });
  add("l1, l2, min gain", Objective::squared, plain, [](TreeParams& p) {
    p.l1 = 0.5;
    p.l2 = 2;
    p.min_gain = 0.1;
  });
  add("level wise", Objective::logistic, two, [](TreeParams& p) {
    p.growth = drivers::Growth::level_wise;
    p.max_depth = 4;
    p.max_leaves = 0;
  });
  add("sampled", Objective::poisson, counts, [](TreeParams& p) {
    p.row_sample = 0.6;
    p.column_sample = 0.6;
    p.column_sample_by_node = 0.7;
  });
  add("monotone", Objective::squared, plain, [](TreeParams& p) { p.monotone = {0, 1, 1, -1, 0}; });
  add("forest", Objective::softmax, four, [](TreeParams& p) {
    p.classes = 4;
    p.forest = true;
    p.bootstrap = true;
    p.max_leaves = 0;
    p.max_depth = 6;
    p.column_sample_by_node = 0.5;
  });
  add("few rows", Objective::squared, tiny, [](TreeParams& p) { p.min_rows_in_leaf = 1; });
  add("wide histograms", Objective::logistic, {70000, false, 2, false}, [](TreeParams& p) { p.trees = 3; });
  add("wide histograms of counts", Objective::squared, large, [](TreeParams& p) {
    p.trees = 3;
    p.max_leaves = 40;
  });
  return list;
}

TEST(TreeRanks, ModelDoesNotDependOnTheNumberOfRanks) {
  ScratchFolder const folder;
  for (Case const& c : cases()) {
    SCOPED_TRACE(c.name);
    drivers::TreeModel const together = train(world(), example_dataset(world(), c.data), c.params);
    std::string const digest = digest_of(world(), together, folder / "together.h5");
    std::string alone;
    if (world().is_root()) {
      io::Comm const self = io::Comm::self();
      alone = digest_of(self, train(self, example_dataset(self, c.data), c.params), folder / "alone.h5");
    }
    EXPECT_EQ(world().broadcast(alone), digest);
    EXPECT_GT(together.ensemble.nodes(), c.data.rows > 10 ? together.ensemble.trees() : 0);
  }
}

}  // namespace
}  // namespace tidemill::tests
