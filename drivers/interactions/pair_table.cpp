#include "drivers/interactions/pair_table.hpp"

namespace tidemill::drivers {

io::Column id_values(io::Comm const& comm, std::string const& name, EntityIds const& ids,
                     std::vector<std::int64_t> const& numbers, std::string const& description) {
  if (comm.max(ids.texts.empty() ? 0 : 1) == 0) {
    std::vector<std::int64_t> values;
    for (std::int64_t const number : numbers) {
      values.push_back(number < 0 ? io::missing_integer : ids.integers[static_cast<std::size_t>(number)]);
    }
    return io::integer_column(name, std::move(values), io::ColumnType::integer, "", description);
  }
  io::Column column;
  column.name = name;
  column.type = io::ColumnType::text;
  column.description = description;
  column.dictionary = ids.texts;
  for (std::int64_t const number : numbers) column.codes.push_back(static_cast<std::int32_t>(number));
  io::unify_dictionary(comm, column);
  return column;
}

io::Table pair_table(io::Comm const& comm, Interactions const& interactions) {
  std::vector<std::int64_t> user;
  for (std::int64_t u = 0; u < interactions.users.count; ++u)
    user.resize(user.size() + interactions.items_of(u).size(), u);
  std::vector<std::int64_t> const item(interactions.item.begin(), interactions.item.end());
  io::Table table;
  table.range = io::range_of_part(comm, interactions.size());
  table.add(id_values(comm, "user", interactions.user_ids, user, "who"));
  table.add(id_values(comm, "item", interactions.item_ids, item, "had what"));
  if (comm.max(interactions.value.empty() ? 0 : 1) == 1) {
    table.add(io::real_column("value", {interactions.value.begin(), interactions.value.end()}, "", "rating or weight"));
  }
  if (comm.max(interactions.time.empty() ? 0 : 1) == 1) {
    table.add(io::integer_column("time", interactions.time, io::ColumnType::integer, "s",
                                 "since 1970-01-01, or place in the user's order"));
  }
  return table;
}

}  // namespace tidemill::drivers
