#include <fmt/format.h>

#include <cmath>

#include "drivers/features/context.hpp"

namespace tidemill::drivers {
namespace {

using kernels::Statistic;

Feature known_feature(std::string name) { return {std::move(name), true}; }
Feature price_feature(std::string name) { return {std::move(name), true, false, 1, true}; }

/// a / b per row, NaN where b is 0 or either is missing.
std::vector<double> ratios(std::vector<double> const& a, std::vector<double> const& b) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = b[i] != 0 ? a[i] / b[i] : std::nan("");
  return result;
}

void add_price(FeatureContext& context) {
  FeatureParams const& params = context.params;
  std::vector<double> const price = context.numbers(params.price);
  context.add(price_feature("price"), price, "price of the row's own time");
  kernels::RollingInput const input = context.rolling_input(to_fixed(price, params.price));
  kernels::Array<double> const out("feature", context.size());
  for (std::int64_t const window : params.price_windows) {
    kernels::roll(context.exec, input, params.lead, window, Statistic::median, out);
    context.exec.fence();
    context.add(price_feature(fmt::format("price_to_median_{}", window)), ratios(price, to_host(out)),
                fmt::format("price / median price of {} steps ending {} before", window, params.lead));
  }
}

void add_promotion(FeatureContext& context, std::string const& flag) {
  std::vector<std::int8_t> on(context.size());
  std::vector<double> values(context.size());
  for (std::size_t i = 0; i < on.size(); ++i) {
    on[i] = context.is_on(flag, i) ? 1 : 0;
    values[i] = on[i];
  }
  context.add(known_feature(flag), values, "promotion flag of the row's own time");
  kernels::Array<double> const out("feature", context.size());
  kernels::steps_into_run(context.exec, context.series, to_device(on, "flag"), out);
  context.add(known_feature("steps_into_" + flag), out, "steps the flag has been on; 0: off");
}

void add_past_means(FeatureContext& context, std::string const& name, std::vector<double> const& values) {
  kernels::RollingInput const input = context.rolling_input(to_fixed(values, name));
  kernels::Array<double> const out("feature", context.size());
  for (std::int64_t const window : context.params.known_windows) {
    kernels::roll(context.exec, input, context.params.lead, window, Statistic::mean, out);
    context.add({fmt::format("{}_mean_{}", name, window)}, out,
                fmt::format("mean of {} steps ending {} before", window, context.params.lead));
  }
}

void add_statics(FeatureContext& context) {
  for (std::string const& name : context.params.statics) {
    io::Column column = context.table().at(name);
    bool const is_name = !column.is_real();
    column.description = "static attribute";
    context.result.table.add(std::move(column));
    context.result.features.push_back({name, true, is_name});
  }
}

}  // namespace

void add_known_features(FeatureContext& context) {
  FeatureParams const& params = context.params;
  io::agree(context.comm, "features known in advance", [&] {
    if (context.has_price()) add_price(context);
    if (!context.discount_depth.empty()) {
      Feature depth = known_feature("discount_depth");
      depth.price_direction = -1;
      context.add(depth, context.discount_depth, "1 - price / list price");
      add_past_means(context, "discount_depth", context.discount_depth);
    }
    for (std::string const& flag : params.promotions) {
      add_promotion(context, flag);
      add_past_means(context, flag, context.numbers(flag));
    }
    for (std::string const& name : params.known) {
      context.add(known_feature(name), context.numbers(name), "known in advance");
      add_past_means(context, name, context.numbers(name));
    }
    add_statics(context);
  });
}

}  // namespace tidemill::drivers
