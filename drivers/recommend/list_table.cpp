#include "drivers/recommend/list_table.hpp"

#include "drivers/interactions/pair_table.hpp"

namespace tidemill::drivers {

io::Table list_table(io::Comm const& comm, Interactions const& histories, RankedLists const& lists) {
  std::vector<std::int64_t> user, item, rank, reason;
  std::vector<double> score;
  std::vector<std::string> rung;
  for (std::int64_t u = 0; u < histories.users.count; ++u) {
    for (int place = 0; place < lists.k; ++place) {
      auto const at = static_cast<std::size_t>(u * lists.k + place);
      if (lists.item[at] < 0) continue;
      user.push_back(u);
      item.push_back(lists.item[at]);
      rank.push_back(place + 1);
      if (!lists.reason.empty()) reason.push_back(lists.reason[at]);
      score.push_back(static_cast<double>(lists.score[at]));
      rung.emplace_back(name_of(lists.rung.empty() ? Rung::model : lists.rung[at]));
    }
  }
  io::Table table;
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(item.size()));
  table.add(id_values(comm, "user", histories.user_ids, user, "who the item is recommended to"));
  table.add(io::integer_column("rank", std::move(rank), io::ColumnType::integer, "", "place in the list, from 1"));
  table.add(id_values(comm, "item", histories.item_ids, item, "what is recommended"));
  table.add(io::real_column("score", std::move(score), "", "score by which the list is ordered"));
  table.add(io::text_column(comm, "rung", rung, "what ranked the item: model, content, segment or popularity"));
  if (comm.max(lists.reason.empty() ? 0 : 1) == 1) {
    table.add(id_values(comm, "because_item", histories.item_ids, reason, "the user's item that speaks most for it"));
  }
  return table;
}

}  // namespace tidemill::drivers
