#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/adapters/adapter.hpp"
#include "io/comm/comm.hpp"
#include "io/csv/text_pool.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// A text column while it is being filled; each distinct text is kept once.
class TextValues {
 public:
  TextValues() : pool_({std::string()}) {}
  void add(std::string_view text) { codes_.push_back(pool_.code_of(text)); }
  std::string_view text(std::size_t row) const;
  /// This rank's column, with a dictionary of its own; unify_dictionary() is the caller's, after rows were dropped.
  io::Column local_column(std::string name, std::string description) const;

 private:
  io::csv::TextPool pool_;
  std::vector<std::int32_t> codes_;
};

/// The accepted lines of this rank, column by column, in file order.
class LineColumns {
 public:
  LineColumns();
  void add(io::SalesLine const& line, std::string_view source);
  std::int64_t rows() const { return static_cast<std::int64_t>(integers_.front().size()); }
  /// Canonical columns with rank-local dictionaries.
  io::Table local_table() const;

 private:
  std::vector<TextValues> texts_;                    // by position among the text columns
  std::vector<std::vector<std::int64_t>> integers_;  // by position among the others
};

/// The rows that are no sales lines.
class Quarantine {
 public:
  void add(std::int64_t line, io::RowProblem const& problem, std::string_view raw, std::int64_t net);
  std::int64_t bad() const { return bad_; }
  std::int64_t excluded() const { return excluded_; }
  /// Collective. Columns file, line, column, reason, raw, excluded, net.
  io::Table table(io::Comm const& comm, std::string const& file) const;
  /// Collective. The first few bad rows of all ranks, for people.
  std::vector<std::string> first_problems(io::Comm const& comm) const;

 private:
  std::vector<std::string> columns_, reasons_, raws_;
  std::vector<std::int64_t> lines_, excluded_flags_, nets_;
  std::int64_t bad_ = 0, excluded_ = 0;
};

}  // namespace tidemill::drivers
