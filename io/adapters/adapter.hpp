#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/adapters/clock.hpp"
#include "io/tables/table.hpp"

namespace tidemill::io {

/// What a person says about an export that the file itself does not.
struct AdapterOptions {
  std::string currency = "USD";
  char decimal = '.';
  DateOrder date_order = DateOrder::unknown;
  std::int64_t cutoff_minutes = 240;           ///< a business day ends this long after midnight
  std::string location;                        ///< for exports that name none; otherwise used where the cell is empty
  std::int64_t utc_offset = missing_integer;   ///< minutes
  std::map<std::string, std::string> columns;  ///< generic adapter: canonical name -> header in the file
};

/// One line of sales as the domain defines it. Empty texts and missing_integer stand for "missing".
struct SalesLine {
  std::string location, order_id, line_id, item_key, item_name, category, menu, channel, modifier_of;
  std::int64_t business_date = missing_integer;
  std::int64_t local_time = missing_integer;
  std::int64_t utc_offset = missing_integer;
  std::int64_t qty = 1000;  ///< thousandths
  std::int64_t gross = missing_integer, discount = 0, net = missing_integer, tax = missing_integer;
  std::int64_t unit_cost = missing_integer;
  bool is_void = false, is_refund = false, is_deferred = false;
};

/// Thrown for a row that is no sales line. `excluded`: the row is fine but is no sale (unpaid, a service charge): it is
/// kept beside the bad ones but does not count as one.
struct RowProblem {
  std::string column;
  std::string reason;
  bool excluded = false;
};

/// A column that an adapter knows: the headers it goes by, compared as normalised_header().
struct InputColumn {
  std::vector<std::string> names;
  bool required = false;
};

/// The cells of one row, by the position of their column in Layout::columns. An absent column is an empty cell.
class Cells {
 public:
  Cells(std::vector<InputColumn> const& columns, AdapterOptions const& options) : columns_(columns), options_(options) {
    values_.resize(columns.size());
  }
  void set(std::size_t column, std::string_view value) { values_[column] = value; }

  std::string_view operator[](std::size_t column) const { return values_[column]; }
  std::string text(std::size_t column) const { return std::string(values_[column]); }
  /// Cents; throws RowProblem for anything else. An empty cell is `if_empty`.
  std::int64_t money(std::size_t column, std::int64_t if_empty = missing_integer) const;
  /// Money that must be there.
  std::int64_t needed_money(std::size_t column) const;
  std::int64_t quantity(std::size_t column, std::int64_t if_empty) const;  ///< thousandths
  bool flag(std::size_t column) const;                                     ///< true/yes/y/1, false/no/n/0, empty
  Moment moment(std::size_t column) const;
  std::string const& header(std::size_t column) const { return columns_[column].names.front(); }
  AdapterOptions const& options() const { return options_; }

 private:
  std::vector<InputColumn> const& columns_;
  AdapterOptions const& options_;
  std::vector<std::string_view> values_;
};

/// One file layout of an adapter.
struct Layout {
  std::string name;  ///< part of the line's identity (`source`) and of the stored file's name
  std::vector<InputColumn> columns;
  std::size_t date_column = 0;                ///< looked at for the order of day and month
  DateOrder date_order = DateOrder::unknown;  ///< what the vendor documents; a person's word comes before it
  std::size_t net_column = 0;                 ///< summed over all rows for the conservation check
  bool sums_gross = false;                    ///< that column holds gross amounts
  bool is_report = false;                     ///< aggregated: nothing to store, only to reconcile with
  /// Fills a line from a row, or throws RowProblem.
  std::function<void(Cells const& cells, SalesLine& line)> convert;
};

struct Adapter {
  std::string name;
  std::string summary;
  std::function<std::vector<Layout>(AdapterOptions const& options)> layouts;
};

/// The explicit table of adapters (adapters.cpp): add one line there for a new one.
std::vector<Adapter> const& adapters();
/// Throws ConfigError naming the known ones.
Adapter const& find_adapter(std::string const& name);

/// Trimmed, ASCII letters in lower case, one blank for several, without a "?" at the end.
std::string normalised_header(std::string_view header);

/// Which column of the file each of the layout's columns is (-1: absent).
using Binding = std::vector<int>;
/// The first layout whose required columns the header has; otherwise throws DataError naming the missing columns of the
/// one that fits best.
Layout const& choose_layout(std::vector<Layout> const& layouts, std::vector<std::string> const& header,
                            std::string const& file_name, Binding& binding);

// Shared by the adapters.
/// Time, offset and business date from a moment.
void set_time(SalesLine& line, Moment const& moment, AdapterOptions const& options);
/// Throws RowProblem unless gross - discount = net; a discount written with the other sign is turned round first.
void settle_amounts(SalesLine& line, std::string const& net_header);
/// The first that is not empty.
std::string first_of(std::initializer_list<std::string_view> texts);

}  // namespace tidemill::io
