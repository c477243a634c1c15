#include "drivers/context/context_model.hpp"
#include "drivers/interactions/pair_columns.hpp"
#include "io/error.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {
namespace {

struct NamedEvents {
  std::vector<std::int32_t> item;
  std::vector<std::string> value;  ///< empty: unknown
};

void add_events_of(io::Comm const& comm, std::filesystem::path const& file, InteractionFormat const& format,
                   std::string const& context, EntityIds const& items, NamedEvents& events) {
  io::Table const table = read_good_pairs(comm, file, format, {context});
  io::Column const& moment = table.at(context);
  if (!moment.is_text()) throw ConfigError("context '" + context + "' is to be a column of names");
  std::vector<std::string> names;
  for (io::Column const& column : table.columns) names.push_back(column.name);
  PairColumns const columns = pair_columns(names, format, file.string());
  IdColumn const ids = id_column(comm, table.columns[columns.item], table.range.first, file.string());
  std::vector<std::int64_t> const numbers = numbers_of(ids, items);
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    std::int64_t const item = numbers[static_cast<std::size_t>(row)];
    if (item < 0 || (columns.value && table.columns[*columns.value].number(row) < format.min_value)) continue;
    events.item.push_back(static_cast<std::int32_t>(item));
    events.value.push_back(moment.is_missing(row) ? std::string() : moment.text(row));
  }
}

}  // namespace

ContextColumn table_context_column(io::Comm const& comm, std::string const& context,
                                   std::span<std::filesystem::path const> files, InteractionFormat const& format,
                                   Interactions const& interactions) {
  NamedEvents events;
  for (std::filesystem::path const& file : files) {
    add_events_of(comm, file, format, context, interactions.item_ids, events);
  }
  io::Column named = io::text_column(comm, context, events.value);
  return {context, std::move(named.dictionary), std::move(events.item), std::move(named.codes)};
}

}  // namespace tidemill::drivers
