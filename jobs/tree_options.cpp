#include "jobs/tree_options.hpp"

#include <fmt/format.h>

#include "io/error.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

std::vector<std::int8_t> monotone_signs(std::string const& text, io::Table const& features) {
  std::vector<std::int8_t> signs;
  for (std::string const& item : split_list(text)) {
    auto const colon = item.rfind(':');
    std::string const sign = colon == std::string::npos ? "" : item.substr(colon + 1);
    if (sign != "+1" && sign != "1" && sign != "-1") {
      throw ConfigError(fmt::format("--monotone: expected COLUMN:+1 or COLUMN:-1, found '{}'", item));
    }
    std::size_t const feature = drivers::find_column(features, item.substr(0, colon));
    if (features.columns[feature].is_text()) {
      throw ConfigError(
          fmt::format("--monotone: column '{}' is a category, which has no order", features.columns[feature].name));
    }
    signs.resize(features.columns.size(), 0);
    signs[feature] = sign == "-1" ? -1 : 1;
  }
  return signs;
}

}  // namespace

void add_tree_options(po::options_description& out, TrainOptions& options) {
  auto& p = options.tree;
  out.add_options()("trees", po::value(&p.trees)->default_value(p.trees), "rounds of boosting, or trees of a forest")(
      "max-depth", po::value(&p.max_depth)->default_value(p.max_depth), "deepest level of a tree; 0: no limit")(
      "max-leaves", po::value(&p.max_leaves),
      "leaves of a tree; 0: as many as the depth allows (default 31, or 0 when max-depth is given)")(
      "growth", po::value(&options.growth)->default_value(options.growth),
      "leaf: the best split next; level: a whole level before the next")(
      "learning-rate", po::value(&p.learning_rate)->default_value(p.learning_rate), "share of each tree that is added")(
      "min-rows", po::value(&p.min_rows_in_leaf)->default_value(p.min_rows_in_leaf),
      "fewest rows in a leaf (forest: 1 unless given)")(
      "min-hessian", po::value(&p.min_hessian)->default_value(p.min_hessian), "smallest sum of hessians in a leaf")(
      "l1", po::value(&p.l1)->default_value(p.l1), "L1 penalty on leaf values")(
      "l2", po::value(&p.l2)->default_value(p.l2), "L2 penalty on leaf values")(
      "min-gain", po::value(&p.min_gain)->default_value(p.min_gain), "a split must gain more than this")(
      "row-sample", po::value(&p.row_sample)->default_value(p.row_sample), "share of rows each tree sees")(
      "column-sample", po::value(&p.column_sample)->default_value(p.column_sample), "share of columns each tree sees")(
      "column-sample-node", po::value(&p.column_sample_by_node)->default_value(p.column_sample_by_node),
      "share of columns each node may split on")("max-bins", po::value(&p.max_bins)->default_value(p.max_bins),
                                                 "bins of a numeric column, at most 255")(
      "category-smoothing", po::value(&p.category_smoothing)->default_value(p.category_smoothing),
      "pulls rare categories to the middle of their order")(
      "category-l2", po::value(&p.category_l2)->default_value(p.category_l2), "extra L2 for sets of categories")(
      "max-one-hot", po::value(&p.one_hot_categories)->default_value(p.one_hot_categories),
      "columns of so few categories split one against the rest")(
      "monotone", po::value(&options.monotone), "COLUMN:+1,COLUMN:-1: the prediction never falls, never rises with it")(
      "early-stopping", po::value(&p.early_stopping_rounds)->default_value(p.early_stopping_rounds),
      "stop after so many rounds without a better validation loss; 0: never")(
      "tweedie-power", po::value(&p.tweedie_power)->default_value(p.tweedie_power),
      "variance power of task tweedie, between 1 and 2");
}

drivers::TreeParams basic_tree_params(Context const& context, TrainOptions const& options) {
  drivers::TreeParams params = options.tree;
  if (context.values.count("max-leaves") == 0 && params.max_depth > 0) params.max_leaves = 0;
  if (options.growth != "leaf" && options.growth != "level") {
    throw ConfigError(fmt::format("--growth: expected leaf or level, found '{}'", options.growth));
  }
  params.growth = options.growth == "leaf" ? drivers::Growth::leaf_wise : drivers::Growth::level_wise;
  params.seed = context.seed;
  return params;
}

drivers::TreeParams tree_params(Context const& context, TrainRequest const& request) {
  drivers::TreeParams params = basic_tree_params(context, request.options);
  params.monotone = monotone_signs(request.options.monotone, request.data.features);
  return params;
}

}  // namespace tidemill::jobs
