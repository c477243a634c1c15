#include <algorithm>
#include <limits>
#include <tuple>

#include "drivers/menu/menu.hpp"
#include "drivers/menu/menu_lines.hpp"
#include "drivers/menu/menu_rows.hpp"
#include "drivers/menu/stability.hpp"
#include "drivers/partition/series.hpp"

namespace tidemill::drivers {
namespace {

/// What the lines of one item add up to; whole numbers only.
struct ItemTotals {
  std::int64_t units = 0, net = 0;          ///< thousandths, cents
  std::int64_t costed_units = 0, cost = 0;  ///< of lines with a known cost: thousandths, thousandths of cents
  std::int64_t first_day = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_day = std::numeric_limits<std::int64_t>::min();

  void add(MenuLine const& line) {
    units += line.units;
    net += line.net;
    if (line.cost != io::missing_integer && line.units > 0) {
      costed_units += line.units;
      cost += line.cost * line.units;
    }
    first_day = std::min(first_day, line.day);
    last_day = std::max(last_day, line.day);
  }
};

MenuRow row_of(ItemTotals const& totals, std::int64_t period_end, MenuParams const& params) {
  double const unknown = std::numeric_limits<double>::quiet_NaN();
  MenuRow row;
  row.first_day = totals.first_day;
  row.last_day = totals.last_day;
  row.entry.units = static_cast<double>(totals.units) / 1000.0;
  row.entry.price =
      totals.units > 0 ? static_cast<double>(totals.net) * 10.0 / static_cast<double>(totals.units) : unknown;
  row.entry.cost = totals.costed_units > 0
                       ? static_cast<double>(totals.cost) / static_cast<double>(totals.costed_units) / 100.0
                       : unknown;
  if (totals.units <= 0) {
    row.entry.status = MenuStatus::no_sales;
  } else if (period_end - totals.first_day + 1 < params.min_days) {
    row.entry.status = MenuStatus::is_new;
  } else if (period_end - totals.last_day >= params.season_days) {
    row.entry.status = MenuStatus::seasonal_out;
  } else if (totals.costed_units == 0) {
    row.entry.status = MenuStatus::no_cost;
  }
  return row;
}

void place_all(std::vector<MenuRow>& rows, MenuRule const& rule) {
  for_each_set(rows, [&](std::size_t first, std::size_t last) { place_rows(rows, first, last, rule); });
}

/// Items of the totals that have lines, by (category, item).
std::vector<std::int32_t> items_in_order(std::vector<ItemTotals> const& totals,
                                         std::vector<std::int64_t> const& category) {
  std::vector<std::int32_t> items;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    if (totals[i].last_day >= totals[i].first_day) items.push_back(static_cast<std::int32_t>(i));
  }
  std::stable_sort(items.begin(), items.end(), [&](std::int32_t a, std::int32_t b) {
    return category[static_cast<std::size_t>(a)] < category[static_cast<std::size_t>(b)];
  });
  return items;
}

std::vector<MenuRow> rows_of(std::vector<ItemTotals> const& totals, std::vector<std::int64_t> const& category,
                             std::int32_t location, std::int64_t period_end, MenuParams const& params) {
  std::vector<MenuRow> rows;
  for (std::int32_t const item : items_in_order(totals, category)) {
    MenuRow row = row_of(totals[static_cast<std::size_t>(item)], period_end, params);
    row.location = location;
    row.category = static_cast<std::int32_t>(category[static_cast<std::size_t>(item)]);
    row.item = item;
    rows.push_back(row);
  }
  place_all(rows, params.rule);
  return rows;
}

/// Makes the matrices of this rank's locations and gathers what the chain's needs.
class MatrixBuilder {
 public:
  MatrixBuilder(MenuLines const& lines, MenuParams const& params)
      : lines_(lines), params_(params), chain_(lines.items.size()) {
    chain_bootstrap_.units.resize(lines.items.size() * resamples());
    chain_bootstrap_.net.resize(lines.items.size() * resamples());
  }

  void add_location(std::size_t first, std::size_t last) {
    std::vector<ItemTotals> totals(lines_.items.size());
    for (std::size_t i = first; i < last; ++i) {
      MenuLine const& line = lines_.lines[i];
      totals[static_cast<std::size_t>(line.item)].add(line);
      chain_[static_cast<std::size_t>(line.item)].add(line);
    }
    std::vector<MenuRow> rows =
        rows_of(totals, lines_.category_of_item, lines_.lines[first].location, lines_.last_day, params_);
    if (resamples() > 0) {
      BootstrapTotals const bootstrap = resample(rows, first, last);
      if (params_.by_location) set_stability(rows, bootstrap, params_.resamples, params_.rule);
      add_to_chain(rows, bootstrap);
    }
    if (params_.by_location) rows_.insert(rows_.end(), rows.begin(), rows.end());
  }

  /// Collective. The chain's rows stand on rank 0, before those of the locations.
  std::vector<MenuRow> finish(io::Comm const& comm) {
    sum_chain(comm);
    std::vector<MenuRow> rows = rows_of(chain_, lines_.category_of_item, io::missing_code, lines_.last_day, params_);
    if (!comm.is_root()) return rows_;
    if (resamples() > 0) set_stability(rows, chain_rows(rows), params_.resamples, params_.rule);
    rows.insert(rows.end(), rows_.begin(), rows_.end());
    return rows;
  }

 private:
  std::size_t resamples() const { return static_cast<std::size_t>(std::max(0, params_.resamples)); }

  BootstrapTotals resample(std::vector<MenuRow> const& rows, std::size_t first, std::size_t last) const {
    std::vector<std::int32_t> slot_of_item(lines_.items.size(), -1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      slot_of_item[static_cast<std::size_t>(rows[i].item)] = static_cast<std::int32_t>(i);
    }
    BootstrapLines lines;
    for (std::size_t i = first; i < last; ++i) {
      MenuLine const& line = lines_.lines[i];
      lines.order.push_back(line.order);
      lines.slot.push_back(slot_of_item[static_cast<std::size_t>(line.item)]);
      lines.units.push_back(line.units);
      lines.net.push_back(line.net);
    }
    return resample_lines(lines, rows.size(), params_.resamples, params_.seed);
  }

  void add_to_chain(std::vector<MenuRow> const& rows, BootstrapTotals const& bootstrap) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::size_t const to = static_cast<std::size_t>(rows[i].item) * resamples();
      for (std::size_t b = 0; b < resamples(); ++b) {
        chain_bootstrap_.units[to + b] += bootstrap.units[i * resamples() + b];
        chain_bootstrap_.net[to + b] += bootstrap.net[i * resamples() + b];
      }
    }
  }

  void sum_chain(io::Comm const& comm) {
    std::vector<std::int64_t> sums, first, last;
    for (ItemTotals const& item : chain_) {
      sums.insert(sums.end(), {item.units, item.net, item.costed_units, item.cost});
      first.push_back(item.first_day);
      last.push_back(item.last_day);
    }
    comm.sum(std::span(sums));
    comm.min(std::span(first));
    comm.max(std::span(last));
    for (std::size_t i = 0; i < chain_.size(); ++i) {
      chain_[i] = {sums[4 * i], sums[4 * i + 1], sums[4 * i + 2], sums[4 * i + 3], first[i], last[i]};
    }
    comm.sum(std::span(chain_bootstrap_.units));
    comm.sum(std::span(chain_bootstrap_.net));
  }

  BootstrapTotals chain_rows(std::vector<MenuRow> const& rows) const {
    BootstrapTotals totals;
    for (MenuRow const& row : rows) {
      auto const from = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row.item) * resamples());
      auto const count = static_cast<std::ptrdiff_t>(resamples());
      auto const units = chain_bootstrap_.units.begin() + from;
      auto const net = chain_bootstrap_.net.begin() + from;
      totals.units.insert(totals.units.end(), units, units + count);
      totals.net.insert(totals.net.end(), net, net + count);
    }
    return totals;
  }

  MenuLines const& lines_;
  MenuParams const& params_;
  std::vector<ItemTotals> chain_;
  BootstrapTotals chain_bootstrap_;
  std::vector<MenuRow> rows_;
};

}  // namespace

io::Table menu_matrix(io::Comm const& comm, io::Table const& sales, MenuParams const& params) {
  MenuLines const lines = bring_lines_together(comm, sales);
  MatrixBuilder builder(lines, params);
  io::agree(comm, "menu matrix by location", [&] {
    for (std::size_t first = 0; first < lines.lines.size();) {
      std::size_t last = first + 1;
      while (last < lines.lines.size() && lines.lines[last].location == lines.lines[first].location) ++last;
      builder.add_location(first, last);
      first = last;
    }
  });
  return menu_table(comm, builder.finish(comm), {lines.locations, lines.categories, lines.items, lines.item_names},
                    params.rule);
}

}  // namespace tidemill::drivers
