#include "drivers/night/example_lists.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "drivers/metrics/ranking.hpp"
#include "drivers/panel/row_columns.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t examples = 5, history_shown = 6, list_shown = 6, fewest_items = 5;

struct ExampleRow {
  std::string user, part, item, rung, because;
  std::int64_t place = 0;
  double score = std::numeric_limits<double>::quiet_NaN();
};

/// The smallest global user from `from` on with at least `fewest` items; none: the largest number there is.
std::int64_t user_from(io::Comm const& comm, Interactions const& histories, std::int64_t from, std::int64_t fewest) {
  std::int64_t found = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t u = 0; u < histories.users.count; ++u) {
    auto const items = static_cast<std::int64_t>(histories.items_of(u).size());
    if (histories.users.first + u >= from && items >= fewest) {
      found = histories.users.first + u;
      break;
    }
  }
  return comm.min(found);
}

/// Positions of a user's items, newest first; without times as they stand.
std::vector<std::size_t> newest_first(Interactions const& histories, std::int64_t local_user) {
  auto const first = static_cast<std::size_t>(histories.start[static_cast<std::size_t>(local_user)]);
  std::vector<std::size_t> order(histories.items_of(local_user).size());
  std::iota(order.begin(), order.end(), first);
  if (histories.time.empty()) return order;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return histories.time[a] > histories.time[b]; });
  return order;
}

void add_user(Interactions const& histories, RankedLists const& lists, std::int64_t u, std::vector<ExampleRow>& rows) {
  std::string const user = histories.user_ids.text(u);
  std::int64_t place = 0;
  for (std::size_t const at : newest_first(histories, u)) {
    if (++place > history_shown) break;
    rows.push_back({user, "history", histories.item_ids.text(histories.item[at]), "", "", place});
  }
  for (int k = 0; k < std::min<int>(lists.k, list_shown); ++k) {
    auto const at = static_cast<std::size_t>(u * lists.k + k);
    if (lists.item[at] < 0) break;
    std::int32_t const reason = lists.reason.empty() ? -1 : lists.reason[at];
    Rung const rung = lists.rung.empty() ? Rung::model : lists.rung[at];
    rows.push_back({user, "list", histories.item_ids.text(lists.item[at]), std::string(name_of(rung)),
                    reason < 0 ? std::string() : histories.item_ids.text(reason), k + 1,
                    static_cast<double>(lists.score[at])});
  }
}

struct CurvePoint {
  std::string curve;
  double assets = 0, attention = 0, gini = 0;
};

void add_curve(std::string const& name, std::vector<std::int64_t> counts, std::vector<CurvePoint>& points) {
  double const spread = gini(counts);
  std::sort(counts.begin(), counts.end(), std::greater<>());
  std::vector<std::int64_t> sums(counts.size() + 1, 0);
  std::partial_sum(counts.begin(), counts.end(), sums.begin() + 1);
  auto const total = static_cast<double>(sums.back());
  if (!(total > 0)) return;
  for (std::size_t i = 0; i <= 100; ++i) {
    std::size_t const first = i * counts.size() / 100;
    points.push_back({name, static_cast<double>(i) / 100, static_cast<double>(sums[first]) / total, spread});
  }
}

}  // namespace

std::vector<std::int64_t> example_users(io::Comm const& comm, Interactions const& histories) {
  std::vector<std::int64_t> chosen;
  for (std::int64_t const fewest : {fewest_items, std::int64_t{1}}) {
    for (std::int64_t i = 0; i < examples; ++i) {
      std::int64_t const from = histories.users.total * (2 * i + 1) / (2 * examples);
      std::int64_t const user = user_from(comm, histories, from, fewest);
      if (user == std::numeric_limits<std::int64_t>::max()) continue;
      if (chosen.empty() || chosen.back() < user) chosen.push_back(user);
    }
    if (!chosen.empty()) break;
  }
  return chosen;
}

std::vector<std::int64_t> most_popular(std::vector<std::int64_t> const& counts) {
  std::vector<std::int64_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return counts[static_cast<std::size_t>(a)] > counts[static_cast<std::size_t>(b)];
  });
  order.resize(std::min<std::size_t>(order.size(), static_cast<std::size_t>(examples)));
  return order;
}

io::Table example_table(io::Comm const& comm, Interactions const& histories, RankedLists const& lists,
                        std::vector<std::int64_t> const& chosen) {
  std::vector<std::int64_t> mine;
  for (std::int64_t const user : chosen) {
    if (user >= histories.users.first && user < histories.users.end()) mine.push_back(user - histories.users.first);
  }
  std::sort(mine.begin(), mine.end());
  std::vector<ExampleRow> rows;
  for (std::int64_t const user : mine) add_user(histories, lists, user, rows);
  RowColumns<ExampleRow> columns(comm, rows);
  columns.text("user", "whose list it is", [](ExampleRow const& row) { return row.user; })
      .text("part", "history (newest first) or list", [](ExampleRow const& row) { return row.part; })
      .integer("place", io::ColumnType::integer, "", "from 1", [](ExampleRow const& row) { return row.place; })
      .text("item", "asset", [](ExampleRow const& row) { return row.item; })
      .real("score", "", "by which lists are ordered", [](ExampleRow const& row) { return row.score; })
      .text("rung", "what ranked the item", [](ExampleRow const& row) { return row.rung; })
      .text("because_item", "the user's asset that speaks most for it",
            [](ExampleRow const& row) { return row.because; });
  return columns.take();
}

io::Table attention_table(io::Comm const& comm,
                          std::vector<std::pair<std::string, std::vector<std::int64_t>>> const& curves) {
  std::vector<CurvePoint> points;
  for (auto const& [name, counts] : curves) add_curve(name, counts, points);
  if (!comm.is_root()) points.clear();
  RowColumns<CurvePoint> columns(comm, points);
  columns
      .text("curve", "history: what users had; lists: what they are shown", [](CurvePoint const& p) { return p.curve; })
      .real("assets", "share of assets", "most popular first", [](CurvePoint const& p) { return p.assets; })
      .real("attention", "share", "of all pairs or places", [](CurvePoint const& p) { return p.attention; })
      .real("gini", "", "of the whole curve", [](CurvePoint const& p) { return p.gini; });
  return columns.take();
}

}  // namespace tidemill::drivers
