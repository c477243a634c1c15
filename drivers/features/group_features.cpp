#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/features/context.hpp"
#include "drivers/partition/keys.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

using kernels::GroupCells;

/// "location+category" -> {location, category}
std::vector<std::string> columns_of(std::string const& group) {
  std::vector<std::string> columns(1);
  for (char const c : group) {
    if (c == '+') {
      columns.emplace_back();
    } else {
      columns.back() += c;
    }
  }
  return columns;
}

std::string label_of(std::string const& group) {
  std::string label = group;
  std::replace(label.begin(), label.end(), '+', '_');
  return label;
}

struct Groups {
  kernels::Array<std::int32_t> of_row;
  std::int64_t count = 0;
};

Groups find_groups(FeatureContext const& context, std::string const& group) {
  std::vector<std::string> const columns = columns_of(group);
  io::agree(context.comm, "groups", [&] { Keys const checked(context.table(), columns); });
  GroupNumbers const numbers = number_groups(context.comm, context.table(), columns);
  constexpr std::int64_t largest = std::int64_t{1} << 27;
  if (numbers.groups * context.steps > largest) {
    throw ConfigError(
        fmt::format("group '{}' has {} values over {} steps; the limit is {} cells. Choose coarser groups", group,
                    numbers.groups, context.steps, largest));
  }
  return {to_device(numbers.of_row, "group"), numbers.groups};
}

/// Collective. Sums of all ranks' rows per group and step.
GroupCells sum_cells(FeatureContext const& context, Groups const& groups,
                     kernels::Array<kernels::Fixed const> const& values) {
  auto const cells = static_cast<std::size_t>(std::max<std::int64_t>(groups.count, 1) * context.steps);
  kernels::Array<kernels::Fixed> const mine("sums", cells);
  kernels::Array<std::int64_t> const my_counts("counts", cells);
  kernels::add_rows(context.exec, groups.of_row, context.step, values, {groups.count, context.steps, mine, my_counts});
  context.exec.fence();
  std::vector<kernels::Fixed> sums = to_host(mine);
  std::vector<std::int64_t> counts = to_host(my_counts);
  context.comm.sum(std::span(sums));
  context.comm.sum(std::span(counts));
  return {groups.count, context.steps, to_device(sums, "sums"), to_device(counts, "counts")};
}

void add_lagged_means(FeatureContext& context) {
  FeatureParams const& params = context.params;
  if (params.groups.empty()) return;
  kernels::Array<kernels::Fixed> const values = to_device(context.target_values(), "values");
  Groups const everything{kernels::Array<std::int32_t>("group", context.size()), 1};
  GroupCells const all = sum_cells(context, everything, values);
  kernels::accumulate_steps(context.exec, all);
  kernels::Array<double> const out("feature", context.size());
  for (std::string const& group : params.groups) {
    Groups const groups = find_groups(context, group);
    GroupCells const cells = sum_cells(context, groups, values);
    kernels::accumulate_steps(context.exec, cells);
    for (std::int64_t const window : params.group_windows) {
      kernels::group_mean(context.exec, cells, all, groups.of_row, context.step, params.lead, window, params.smoothing,
                          out);
      std::string const span = window == 0 ? "all" : std::to_string(window);
      context.add(
          {fmt::format("{}_mean_{}", label_of(group), span)}, out,
          fmt::format("mean over rows of the same {} in the {} steps ending {} before", group, span, params.lead));
    }
  }
}

void add_peer_mean(FeatureContext& context, Groups const& groups, std::string const& group, std::string const& name,
                   std::vector<double> const& numbers) {
  kernels::Array<double> const out("feature", context.size());
  GroupCells const cells = sum_cells(context, groups, to_device(to_fixed(numbers, name), "values"));
  kernels::cell_mean(context.exec, cells, groups.of_row, context.step, out);
  if (name != context.params.price) {
    context.add({fmt::format("{}_in_{}", name, label_of(group)), true}, out,
                fmt::format("mean over rows of the same {} and time", group));
    return;
  }
  context.exec.fence();
  std::vector<double> ratio = to_host(out);
  for (std::size_t i = 0; i < ratio.size(); ++i) ratio[i] = ratio[i] != 0 ? numbers[i] / ratio[i] : std::nan("");
  // The row's own price is in the mean, so the ratio rises with it, though less than in proportion.
  context.add({fmt::format("price_to_{}", label_of(group)), true, false, 1, true}, std::move(ratio),
              fmt::format("price / mean price over rows of the same {} and time", group));
}

void add_peers(FeatureContext& context) {
  FeatureParams const& params = context.params;
  kernels::Array<double> const out("feature", context.size());
  for (std::string const& group : params.peers) {
    Groups const groups = find_groups(context, group);
    kernels::Array<kernels::Fixed> const nothing("zeros", context.size());
    kernels::cell_count(context.exec, sum_cells(context, groups, nothing), groups.of_row, context.step, out);
    context.add({fmt::format("rows_in_{}", label_of(group)), true}, out,
                fmt::format("rows of the same {} and time", group));
    if (context.has_price()) add_peer_mean(context, groups, group, params.price, context.numbers(params.price));
    if (!params.list_price.empty()) {
      add_peer_mean(context, groups, group, "discount_depth", context.discount_depth);
    }
    for (auto const* names : {&params.promotions, &params.known}) {
      for (std::string const& name : *names) add_peer_mean(context, groups, group, name, context.numbers(name));
    }
  }
}

}  // namespace

void add_group_features(FeatureContext& context) {
  add_lagged_means(context);
  add_peers(context);
}

}  // namespace tidemill::drivers
