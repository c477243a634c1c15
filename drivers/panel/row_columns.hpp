#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// The text of a code; empty for a missing one.
inline std::string text_at(std::vector<std::string> const& texts, std::int64_t code) {
  return code < 0 ? std::string() : texts[static_cast<std::size_t>(code)];
}

/// Makes a table column by column from records: each column is a function of a record.
template <class Record>
class RowColumns {
 public:
  /// Collective. This rank's records, in order, are its consecutive rows.
  RowColumns(io::Comm const& comm, std::vector<Record> const& records) : comm_(comm), records_(records) {
    table_.range = io::range_of_part(comm, static_cast<std::int64_t>(records.size()));
  }
  /// Collective.
  template <class Value>
  RowColumns& text(char const* name, char const* description, Value const& value) {
    std::vector<std::string> texts;
    texts.reserve(records_.size());
    for (Record const& record : records_) texts.push_back(value(record));
    table_.add(io::text_column(comm_, name, texts, description));
    return *this;
  }
  template <class Value>
  RowColumns& real(char const* name, char const* unit, char const* description, Value const& value) {
    std::vector<double> reals;
    reals.reserve(records_.size());
    for (Record const& record : records_) reals.push_back(value(record));
    table_.add(io::real_column(name, std::move(reals), unit, description));
    return *this;
  }
  template <class Value>
  RowColumns& integer(char const* name, io::ColumnType type, char const* unit, char const* description,
                      Value const& value) {
    std::vector<std::int64_t> integers;
    integers.reserve(records_.size());
    for (Record const& record : records_) integers.push_back(value(record));
    table_.add(io::integer_column(name, std::move(integers), type, unit, description));
    return *this;
  }
  io::Table take() { return std::move(table_); }

 private:
  io::Comm const& comm_;
  std::vector<Record> const& records_;
  io::Table table_;
};

}  // namespace tidemill::drivers
