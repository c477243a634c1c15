#include "drivers/interactions/id_column.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "io/error.hpp"
#include "io/tables/row_place.hpp"

namespace tidemill::drivers {
namespace {

/// Which rank collects an id (FNV-1a over its bytes): any fixed spread will do.
std::size_t owner_of(std::string_view bytes, std::size_t ranks) {
  std::uint64_t hash = 14695981039346656037ull;
  for (char const byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ull;
  return (hash >> 32) % ranks;
}

std::size_t owner_of(std::int64_t id, std::size_t ranks) {
  return (static_cast<std::uint64_t>(id) * 0x9E3779B97F4A7C15ull >> 32) % ranks;
}

void pack(std::vector<char>& out, std::string_view text) {
  auto const length = static_cast<std::uint32_t>(text.size());
  char bytes[sizeof length];
  std::memcpy(bytes, &length, sizeof length);
  out.insert(out.end(), bytes, bytes + sizeof length);
  out.insert(out.end(), text.begin(), text.end());
}

void unpack(std::vector<char> const& bytes, std::vector<std::string>& texts) {
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    texts.emplace_back(bytes.data() + at + sizeof length, length);
    at += sizeof length + length;
  }
}

template <class Value>
void sort_unique(std::vector<Value>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// Each id goes to one collecting rank first, so that no rank ever holds the repeats of all others.
std::vector<std::int64_t> distinct_integers(io::Comm const& comm, std::vector<std::int64_t> mine) {
  sort_unique(mine);
  std::vector<std::vector<std::int64_t>> outgoing(static_cast<std::size_t>(comm.size()));
  for (std::int64_t const id : mine) outgoing[owner_of(id, outgoing.size())].push_back(id);
  std::vector<std::int64_t> collected;
  for (auto const& part : comm.exchange(outgoing)) collected.insert(collected.end(), part.begin(), part.end());
  sort_unique(collected);
  std::vector<std::int64_t> all = comm.gather_all(std::span<std::int64_t const>(collected));
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> distinct_texts(io::Comm const& comm, std::vector<std::string> mine) {
  sort_unique(mine);
  std::vector<std::vector<char>> outgoing(static_cast<std::size_t>(comm.size()));
  for (std::string const& id : mine) pack(outgoing[owner_of(id, outgoing.size())], id);
  std::vector<std::string> collected;
  for (auto const& part : comm.exchange(outgoing)) unpack(part, collected);
  sort_unique(collected);
  std::vector<char> packed;
  for (std::string const& id : collected) pack(packed, id);
  std::vector<std::string> all;
  unpack(comm.gather_all(std::span<char const>(packed)), all);
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> used_texts(IdColumn const& column) {
  std::vector<std::string> texts;
  if (!column.is_text) {
    for (std::int64_t const id : column.integers) texts.push_back(std::to_string(id));
    return texts;
  }
  std::vector<bool> used(column.dictionary.size());
  for (std::int32_t const code : column.codes) used[static_cast<std::size_t>(code)] = true;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i]) texts.push_back(column.dictionary[i]);
  }
  return texts;
}

void make_text(IdColumn& column) {
  if (column.is_text) return;
  std::vector<std::int64_t> values = column.integers;
  sort_unique(values);
  for (std::int64_t const value : values) column.dictionary.push_back(std::to_string(value));
  for (std::int64_t const id : column.integers) {
    column.codes.push_back(
        static_cast<std::int32_t>(std::lower_bound(values.begin(), values.end(), id) - values.begin()));
  }
  column.is_text = true;
  column.integers.clear();
}

/// Whole numbers written as 17.0 are ids; anything else real is not.
std::vector<std::int64_t> whole_numbers(io::Column const& source, std::int64_t first_row, std::string const& where) {
  std::vector<std::int64_t> values;
  for (std::int64_t row = 0; row < source.size(); ++row) {
    double const value = source.reals[static_cast<std::size_t>(row)];
    if (!(std::abs(value) < 9e15) || value != std::floor(value)) {
      throw DataError(fmt::format(
          "{}: {}: column '{}' has the id {}; ids are whole numbers or texts: write them so, or name another column",
          where, io::place_of_row(where, first_row + row), source.name, value));
    }
    values.push_back(static_cast<std::int64_t>(value));
  }
  return values;
}

}  // namespace

IdColumn as_column(EntityIds const& ids) {
  IdColumn column;
  column.is_text = ids.integers.empty() && !ids.texts.empty();
  column.integers = ids.integers;
  column.dictionary = ids.texts;
  for (std::size_t i = 0; i < ids.texts.size(); ++i) column.codes.push_back(static_cast<std::int32_t>(i));
  return column;
}

IdColumn id_column(io::Comm const& comm, io::Column source, std::int64_t first_row, std::string const& where) {
  IdColumn column;
  io::agree(comm, "read ids", [&] {
    for (std::int64_t row = 0; row < source.size(); ++row) {
      if (!source.is_missing(row)) continue;
      throw DataError(fmt::format("{}: {}: column '{}' has no id; fill it in or remove the row", where,
                                  io::place_of_row(where, first_row + row), source.name));
    }
    column.is_text = source.is_text();
    if (source.is_text()) {
      column.codes = std::move(source.codes);
      column.dictionary = std::move(source.dictionary);
    } else if (source.is_real()) {
      column.integers = whole_numbers(source, first_row, where);
    } else if (source.type == io::ColumnType::integer) {
      column.integers = std::move(source.integers);
    } else {
      throw DataError(fmt::format("{}: column '{}' is of type {}; ids are whole numbers or texts: name another column",
                                  where, source.name, io::name_of(source.type)));
    }
  });
  return column;
}

void append_ids(IdColumn& column, IdColumn more) {
  if (!column.is_text && column.integers.empty()) {
    column = std::move(more);
    return;
  }
  if (column.is_text || more.is_text) {
    make_text(column);
    make_text(more);
    auto const shift = static_cast<std::int32_t>(column.dictionary.size());
    for (std::int32_t const code : more.codes) column.codes.push_back(code + shift);
    column.dictionary.insert(column.dictionary.end(), more.dictionary.begin(), more.dictionary.end());
  } else {
    column.integers.insert(column.integers.end(), more.integers.begin(), more.integers.end());
  }
}

EntityIds distinct_ids(io::Comm const& comm, std::span<IdColumn const* const> columns) {
  bool has_text = false;
  for (IdColumn const* column : columns) has_text = has_text || (column->is_text && column->size() > 0);
  EntityIds ids;
  if (comm.max(has_text ? 1 : 0) == 1) {
    std::vector<std::string> texts;
    for (IdColumn const* column : columns) {
      std::vector<std::string> const used = used_texts(*column);
      texts.insert(texts.end(), used.begin(), used.end());
    }
    ids.texts = distinct_texts(comm, std::move(texts));
  } else {
    std::vector<std::int64_t> integers;
    for (IdColumn const* column : columns) {
      integers.insert(integers.end(), column->integers.begin(), column->integers.end());
    }
    ids.integers = distinct_integers(comm, std::move(integers));
  }
  return ids;
}

std::vector<std::int64_t> numbers_of(IdColumn const& column, EntityIds const& ids) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(static_cast<std::size_t>(column.size()));
  if (column.is_text) {
    std::vector<std::int64_t> of_code;
    for (std::string const& text : column.dictionary) of_code.push_back(ids.find(text).value_or(-1));
    for (std::int32_t const code : column.codes) numbers.push_back(of_code[static_cast<std::size_t>(code)]);
    return numbers;
  }
  std::vector<std::int64_t> const& known = ids.integers;
  if (known.empty()) {
    for (std::int64_t const id : column.integers) numbers.push_back(ids.find(std::to_string(id)).value_or(-1));
    return numbers;
  }
  // Ids without gaps need no search.
  bool const dense = known.back() - known.front() == static_cast<std::int64_t>(known.size()) - 1;
  for (std::int64_t const id : column.integers) {
    if (id < known.front() || id > known.back()) {
      numbers.push_back(-1);
    } else if (dense) {
      numbers.push_back(id - known.front());
    } else {
      auto const found = std::lower_bound(known.begin(), known.end(), id);
      numbers.push_back(*found == id ? found - known.begin() : -1);
    }
  }
  return numbers;
}

}  // namespace tidemill::drivers
