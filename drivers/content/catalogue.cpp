#include "drivers/content/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "io/error.hpp"
#include "io/tables/read_table.hpp"
#include "io/tables/row_place.hpp"

namespace tidemill::drivers {
namespace {

using Json = nlohmann::json;

std::string cell_text(io::Column const& column, std::int64_t row) {
  if (column.is_missing(row)) return {};
  if (column.is_text()) return column.text(row);
  if (column.is_real()) return fmt::format("{}", column.reals[static_cast<std::size_t>(row)]);
  return std::to_string(column.integers[static_cast<std::size_t>(row)]);
}

std::string trimmed(std::string const& text) {
  auto const first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

void add_names(std::vector<std::string>& out, std::string const& column, std::string const& list, char separator) {
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, separator);) {
    std::string const name = trimmed(part);
    if (!name.empty()) out.push_back(column + "=" + name);
  }
}

io::Column const& catalogue_column(io::Table const& table, std::string const& name, std::string const& option,
                                   std::string const& source) {
  std::vector<std::string> names;
  for (io::Column const& column : table.columns) {
    if (column.name == name) return column;
    names.push_back(column.name);
  }
  throw DataError(fmt::format("{}: line 1: no column '{}' among {}; did you mean '{}'? Set {} to one of them", source,
                              name, fmt::join(names, ", "), io::nearest_name(name, names), option));
}

/// Throws on every rank when an id is missing or comes twice.
void check_ids(io::Comm const& comm, Catalogue const& catalogue, std::string const& source) {
  io::agree(comm, "read the item catalogue", [&] {
    auto const empty = std::find(catalogue.ids.begin(), catalogue.ids.end(), "");
    if (empty == catalogue.ids.end()) return;
    throw DataError(fmt::format("{}: {}: the item has no id; fill it in or remove the row", source,
                                io::place_of_row(source, catalogue.range.first + (empty - catalogue.ids.begin()))));
  });
  // Equal ids meet on the rank that their bytes name.
  std::vector<std::vector<char>> outgoing(static_cast<std::size_t>(comm.size()));
  for (std::string const& id : catalogue.ids) {
    std::size_t sum = 0;
    for (char const c : id) sum = sum * 31 + static_cast<unsigned char>(c);
    std::vector<char>& to = outgoing[sum % outgoing.size()];
    to.insert(to.end(), id.begin(), id.end());
    to.push_back('\0');
  }
  std::vector<std::string> mine;
  for (std::vector<char> const& part : comm.exchange(outgoing)) {
    for (auto at = part.begin(); at != part.end();) {
      auto const end = std::find(at, part.end(), '\0');
      mine.emplace_back(at, end);
      at = end + 1;
    }
  }
  std::sort(mine.begin(), mine.end());
  io::agree(comm, "read the item catalogue", [&] {
    auto const twice = std::adjacent_find(mine.begin(), mine.end());
    if (twice == mine.end()) return;
    throw DataError(
        fmt::format("{}: item '{}' is in the catalogue more than once; keep one row per item", source, *twice));
  });
}

bool begins_json(io::Comm const& comm, std::filesystem::path const& path) {
  std::int64_t found = 0;
  if (comm.is_root()) {
    std::ifstream file(path, std::ios::binary);
    char first = 0;
    found = file >> first && first == '{' ? 1 : 0;
  }
  return comm.sum(found) > 0;
}

std::string attribute_name(Json const& attribute) {
  if (attribute.is_string()) return attribute.get<std::string>();
  if (attribute.is_number_integer()) return attribute.dump();
  throw DataError("found " + attribute.dump() + " as an attribute");
}

Catalogue read_json(io::Comm const& comm, std::filesystem::path const& path) {
  std::string bytes;
  if (comm.is_root()) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    bytes = text.str();
  }
  bytes = comm.broadcast(bytes);
  Catalogue catalogue;
  try {
    Json const items = Json::parse(bytes);
    catalogue.range = io::even_share(static_cast<std::int64_t>(items.size()), comm.rank(), comm.size());
    std::int64_t number = 0;
    // Every rank checks every item, so that all throw the same.
    for (auto const& [id, list] : items.items()) {
      if (!list.is_array()) throw DataError("item '" + id + "' has no list");
      std::vector<std::string> names;
      for (Json const& attribute : list) names.push_back(attribute_name(attribute));
      sort_unique(names);
      if (number >= catalogue.range.first && number < catalogue.range.end()) {
        catalogue.ids.push_back(trimmed(id));
        catalogue.attributes.push_back(std::move(names));
      }
      ++number;
    }
  } catch (std::exception const& error) {
    throw DataError(
        fmt::format("{}: expected JSON of the form {{\"item\": [attribute, ...], ...}} with attributes as "
                    "texts or whole numbers; {}; repair the file",
                    path.string(), error.what()));
  }
  catalogue.texts.resize(catalogue.ids.size());
  return catalogue;
}

}  // namespace

Catalogue catalogue_of(io::Comm const& comm, io::Table const& table, CatalogueColumns const& columns,
                       std::string const& source) {
  Catalogue catalogue;
  catalogue.range = table.range;
  catalogue.number_names = columns.numbers;
  // Looked up before any row, so that ranks without rows throw as well.
  auto const find = [&](std::vector<std::string> const& names, std::string const& option) {
    std::vector<io::Column const*> found;
    for (std::string const& name : names) found.push_back(&catalogue_column(table, name, option, source));
    return found;
  };
  io::Column const& id = catalogue_column(table, columns.id, "catalogue-id", source);
  std::vector<io::Column const*> const texts = find(columns.texts, "catalogue-texts"),
                                       lists = find(columns.attributes, "catalogue-attributes"),
                                       numbers = find(columns.numbers, "catalogue-numbers");
  for (io::Column const* column : numbers) {
    if (!column->is_text()) continue;
    throw DataError(
        fmt::format("{}: column '{}' is to hold numbers and holds texts such as '{}'; correct the cells or "
                    "name it as text or attributes",
                    source, column->name, column->dictionary.empty() ? "" : column->dictionary[0]));
  }
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    catalogue.ids.push_back(trimmed(cell_text(id, row)));
    std::string text;
    for (io::Column const* column : texts) text += (text.empty() ? "" : " ") + cell_text(*column, row);
    catalogue.texts.push_back(std::move(text));
    std::vector<std::string> names;
    for (io::Column const* column : lists) add_names(names, column->name, cell_text(*column, row), columns.separator);
    sort_unique(names);
    catalogue.attributes.push_back(std::move(names));
    for (io::Column const* column : numbers) {
      double const number = column->number(row);
      catalogue.numbers.push_back(std::isfinite(number) ? number : NAN);
    }
  }
  check_ids(comm, catalogue, source);
  return catalogue;
}

Catalogue read_catalogue(io::Comm const& comm, std::filesystem::path const& path, CatalogueColumns const& columns) {
  if (begins_json(comm, path)) {
    Catalogue catalogue = read_json(comm, path);
    check_ids(comm, catalogue, path.string());
    return catalogue;
  }
  io::TextFormat format;
  format.text_columns = columns.texts;
  format.text_columns.insert(format.text_columns.end(), columns.attributes.begin(), columns.attributes.end());
  return catalogue_of(comm, io::read_table(comm, path, format), columns, path.string());
}

}  // namespace tidemill::drivers
