#include "drivers/trees/explain.hpp"

#include "drivers/trees/predict.hpp"
#include "kernels/trees/shap.hpp"

namespace tidemill::drivers {

Explanation explain(kernels::Exec const& exec, TreeModel const& model, std::vector<double> const& values,
                    std::int32_t values_per_node, io::Table const& rows) {
  kernels::TreeEnsemble const& ensemble = model.ensemble;
  TreeDataset const data = features_for(model, rows);
  std::vector<std::uint8_t> const bins = bin_rows(exec, model, data);
  Explanation result;
  result.outputs = values_per_node > 1 ? values_per_node : ensemble.outputs;
  result.features = static_cast<std::int32_t>(model.feature_names.size());
  auto const n = static_cast<std::size_t>(data.rows()), width = static_cast<std::size_t>(result.features) + 1;
  auto const outputs = static_cast<std::size_t>(result.outputs);
  result.contribution.assign(n * outputs * width, 0.0);
  for (std::size_t at = 0; at < n * outputs; ++at) {
    bool const has_base = values_per_node == 1;
    result.contribution[at * width + width - 1] = has_base ? ensemble.base_score[at % outputs] : 0;
  }
  for (std::int64_t t = 0; t < ensemble.trees(); ++t) {
    kernels::TreePaths const paths(ensemble, t, values, values_per_node);
    auto const first_output = values_per_node > 1 ? 0 : static_cast<std::size_t>(t % ensemble.outputs);
    auto const count = values_per_node > 1 ? outputs : 1;
    for (std::size_t row = 0; row < n; ++row) {
      std::span<double> const all(result.contribution);
      paths.add_contributions(&bins[row * (width - 1)], result.features,
                              all.subspan((row * outputs + first_output) * width, count * width));
    }
  }
  return result;
}

}  // namespace tidemill::drivers
