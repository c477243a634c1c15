#include "drivers/menu/stability.hpp"

#include <Kokkos_Core.hpp>
#include <string>

#include "kernels/menu/order_bootstrap.hpp"

namespace tidemill::drivers {
namespace {

using kernels::Array;
using kernels::DeviceMemory;

template <class T>
Array<T const> to_device(std::string const& label, std::vector<T> const& values) {
  Array<T> copy(Kokkos::view_alloc(Kokkos::WithoutInitializing, label), values.size());
  Kokkos::deep_copy(copy, Kokkos::View<T const*, Kokkos::HostSpace>(values.data(), values.size()));
  return copy;
}

std::vector<std::int64_t> to_host(kernels::ResampleTotals const& totals) {
  std::vector<std::int64_t> values(totals.size());
  Kokkos::View<std::int64_t**, Kokkos::LayoutRight, Kokkos::HostSpace> const host(values.data(), totals.extent(0),
                                                                                  totals.extent(1));
  Kokkos::deep_copy(host, totals);
  return values;
}

}  // namespace

void BootstrapLines::clear() {
  order.clear();
  slot.clear();
  units.clear();
  net.clear();
}

BootstrapTotals resample_lines(BootstrapLines const& lines, std::size_t slots, int resamples, std::uint64_t seed) {
  std::vector<std::int64_t> first_line;
  std::vector<std::uint64_t> orders;
  for (std::size_t line = 0; line < lines.order.size(); ++line) {
    if (line > 0 && lines.order[line] == lines.order[line - 1]) continue;
    first_line.push_back(static_cast<std::int64_t>(line));
    orders.push_back(lines.order[line]);
  }
  first_line.push_back(static_cast<std::int64_t>(lines.order.size()));
  kernels::ResampleTotals const units("menu::units", slots, static_cast<std::size_t>(resamples));
  kernels::ResampleTotals const net("menu::net", slots, static_cast<std::size_t>(resamples));
  kernels::resample_orders(
      kernels::Exec(),
      {to_device("menu::first_line", first_line), to_device("menu::order", orders), to_device("menu::item", lines.slot),
       to_device("menu::line_units", lines.units), to_device("menu::line_net", lines.net)},
      seed, units, net);
  return {to_host(units), to_host(net)};
}

void set_stability(std::vector<MenuRow>& rows, BootstrapTotals const& totals, int resamples, MenuRule const& rule) {
  if (resamples <= 0) return;
  std::vector<int> same(rows.size(), 0);
  std::vector<MenuItem> items;
  std::vector<Placement> placements;
  for_each_set(rows, [&](std::size_t first, std::size_t last) {
    placements.resize(last - first);
    for (int b = 0; b < resamples; ++b) {
      items.clear();
      for (std::size_t i = first; i < last; ++i) {
        MenuItem item = rows[i].entry;
        std::size_t const at = i * static_cast<std::size_t>(resamples) + static_cast<std::size_t>(b);
        item.units = static_cast<double>(totals.units[at]) / 1000.0;
        if (totals.units[at] > 0) {
          item.price = static_cast<double>(totals.net[at]) * 10.0 / static_cast<double>(totals.units[at]);
        }
        items.push_back(item);
      }
      place_items(items, rule, placements);
      for (std::size_t i = first; i < last; ++i) {
        same[i] += placements[i - first].code() == rows[i].placement.code() ? 1 : 0;
      }
    }
  });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].entry.status == MenuStatus::compared) rows[i].stability = static_cast<double>(same[i]) / resamples;
  }
}

}  // namespace tidemill::drivers
