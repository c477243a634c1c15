#include "drivers/topk/vectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

struct Place {
  std::string vectors, ids;
};

Place place_in(io::Hdf5File& file) {
  if (file.has("vectors")) return {"vectors", "ids"};
  for (char const* const name : {"model/item_factors", "model/items"}) {
    if (file.has(name) && file.has("recommender")) return {name, "recommender/items/ids"};
  }
  throw DataError(fmt::format(
      "{}: expected a dataset 'vectors' of rows of floats, or a recommender with a vector per item (ials, bpr); found "
      "neither",
      file.path().string()));
}

/// A column of names by their numbers.
io::Column name_column(io::Comm const& comm, std::string const& column, VectorNames const& names,
                       std::vector<std::int64_t> const& numbers, std::string const& description) {
  if (!names.are_texts()) {
    std::vector<std::int64_t> values;
    for (std::int64_t const number : numbers) values.push_back(names.integer(number));
    return io::integer_column(column, std::move(values), io::ColumnType::integer, "", description);
  }
  std::vector<std::string> values;
  for (std::int64_t const number : numbers) values.push_back(names.texts[static_cast<std::size_t>(number)]);
  return io::text_column(comm, column, values, description);
}

}  // namespace

Similarity similarity_of(std::string const& name) {
  if (name == "cosine") return Similarity::cosine;
  if (name == "inner_product") return Similarity::inner_product;
  throw ConfigError("--similarity: expected cosine or inner_product; found '" + name + "'");
}

std::string name_of(Similarity similarity) { return similarity == Similarity::cosine ? "cosine" : "inner_product"; }

std::int64_t VectorNames::size() const {
  if (are_texts()) return static_cast<std::int64_t>(texts.size());
  return integers.empty() ? counted : static_cast<std::int64_t>(integers.size());
}

std::int64_t VectorNames::integer(std::int64_t number) const {
  return integers.empty() ? number : integers[static_cast<std::size_t>(number)];
}

std::int64_t VectorNames::find(std::string const& name) const {
  if (are_texts()) {
    auto const found = std::find(texts.begin(), texts.end(), name);
    return found == texts.end() ? -1 : found - texts.begin();
  }
  std::int64_t value = 0;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (error != std::errc() || end != name.data() + name.size()) return -1;
  if (integers.empty()) return value >= 0 && value < counted ? value : -1;
  auto const found = std::find(integers.begin(), integers.end(), value);
  return found == integers.end() ? -1 : found - integers.begin();
}

std::string VectorNames::text(std::int64_t number) const {
  return are_texts() ? texts[static_cast<std::size_t>(number)] : std::to_string(integer(number));
}

VectorNames read_names(io::Hdf5File& file, std::string const& dataset, std::int64_t count) {
  VectorNames names;
  if (!file.has(dataset)) {
    names.counted = count;
    return names;
  }
  std::int64_t const found = file.row_count(dataset);
  if (found != count || file.row_width(dataset) != 1) {
    throw DataError(fmt::format("{}: expected one id per vector in '{}', {} in all; found {} rows of {}",
                                file.path().string(), dataset, count, found, file.row_width(dataset)));
  }
  try {
    names.integers = file.read_all<std::int64_t>(dataset);
  } catch (DataError const&) {
    names.texts = file.read_texts(dataset);
  }
  return names;
}

void write_names(io::Hdf5File& file, std::string const& dataset, VectorNames const& names) {
  if (names.are_texts()) return file.write_texts(dataset, names.texts);
  std::vector<std::int64_t> integers;
  integers.reserve(static_cast<std::size_t>(names.size()));
  for (std::int64_t i = 0; i < names.size(); ++i) integers.push_back(names.integer(i));
  file.write_all(dataset, integers);
}

VectorSet read_vectors(io::Comm const& comm, std::filesystem::path const& path) {
  io::Hdf5File file = io::Hdf5File::open(comm, path);
  Place const place = place_in(file);
  VectorSet set;
  set.rows = io::even_share(file.row_count(place.vectors), comm.rank(), comm.size());
  set.width = static_cast<std::int32_t>(file.row_width(place.vectors));
  if (set.rows.total > 0 && set.width < 1) {
    throw DataError(fmt::format("{}: expected rows of at least one number in '{}'", path.string(), place.vectors));
  }
  if (set.rows.total > std::numeric_limits<std::int32_t>::max()) {
    throw DataError(fmt::format("{}: expected at most 2^31 - 1 vectors; found {}", path.string(), set.rows.total));
  }
  set.names = read_names(file, place.ids, set.rows.total);
  set.values = file.read_rows<float>(place.vectors, set.rows.first, set.rows.count);
  io::agree(comm, "check the vectors", [&] {
    std::int64_t const row = kernels::first_row_not_finite(set.mine());
    if (row < 0) return;
    throw DataError(
        fmt::format("{}: expected finite numbers in '{}'; found NaN or infinity in the vector of id {} "
                    "(row {} from 0): repair or leave out that row",
                    path.string(), place.vectors, set.names.text(set.rows.first + row), set.rows.first + row));
  });
  return set;
}

io::Table neighbour_table(io::Comm const& comm, std::vector<std::int64_t> const& query, VectorNames const& query_names,
                          kernels::TopLists const& lists, VectorNames const& item_names) {
  std::vector<std::int64_t> item, rank, neighbour;
  std::vector<double> score;
  for (std::size_t q = 0; q < query.size(); ++q) {
    for (std::int32_t i = 0; i < lists.k; ++i) {
      std::size_t const at = q * static_cast<std::size_t>(lists.k) + static_cast<std::size_t>(i);
      if (lists.item[at] < 0) break;
      item.push_back(query[q]);
      rank.push_back(i + 1);
      neighbour.push_back(lists.item[at]);
      score.push_back(static_cast<double>(lists.score[at]));
    }
  }
  io::Table table;
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(item.size()));
  table.add(name_column(comm, "item", query_names, item, "whose neighbours these are"));
  table.add(io::integer_column("rank", std::move(rank), io::ColumnType::integer, "", "1 is the nearest"));
  table.add(name_column(comm, "neighbour", item_names, neighbour, ""));
  table.add(io::real_column("score", std::move(score), "", "similarity of the two"));
  return table;
}

}  // namespace tidemill::drivers
