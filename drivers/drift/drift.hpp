#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// What counts as drift. A column has shifted when its index or distance passes a limit and is also larger than chance
/// explains at these numbers of rows (99.9 % of pairs of independent samples without drift stay below).
struct DriftParams {
  std::vector<std::string> columns;      ///< empty: those that both tables have, without dates, times and wide texts
  std::int64_t bins = 10;                ///< of equal counts in the reference; equal edges become one
  double moderate = 0.10, major = 0.25;  ///< of the stability index, by convention
  double ks_moderate = 0.10, ks_major = 0.20;  ///< of the Kolmogorov-Smirnov distance
  /// Of the Jensen-Shannon divergence in bits: what the limits of the stability index come to for small shifts.
  double js_moderate = 0.02, js_major = 0.05;
  std::int64_t least_rows = 50;        ///< a side with fewer rows is not judged
  std::int64_t most_categories = 500;  ///< texts with more are left out unless asked for by name
};

enum class DriftLevel { steady = 0, moderate = 1, major = 2, too_few = 3 };
char const* name_of(DriftLevel level);  ///< steady, moderate, major, too_few

/// One of two samples of a column.
struct DriftSide {
  std::int64_t rows = 0;
  std::int64_t missing = 0;
  double mean = 0, p10 = 0, p50 = 0, p90 = 0;  ///< of the numbers there; NaN for categories and without any
};

struct DriftBin {
  std::string name;                         ///< of a category; "missing"; empty for a range of numbers
  double upper = 0;                         ///< largest value of a range; NaN for the last range and for the others
  std::int64_t reference = 0, current = 0;  ///< rows
};

/// How a column's values today differ from a reference. NaN: the kind of column does not have it.
struct ColumnDrift {
  std::string of;  ///< what the column belongs to
  std::string column;
  bool is_number = true;
  DriftSide reference, current;
  double psi = 0;               ///< stability index over the reference's quantile bins and a bin of missing values
  double psi_expected = 0;      ///< its mean without drift
  double psi_bound = 0;         ///< what 99.9 % stay below without drift
  double ks = 0, ks_p = 1;      ///< numbers: distance, p by Kolmogorov's limit
  double js = 0, js_bound = 0;  ///< categories: divergence in bits, what 99.9 % stay below without drift
  double unseen = 0;            ///< categories: share of the current rows whose category the reference lacks
  DriftLevel level = DriftLevel::steady;
  std::vector<DriftBin> bins;  ///< categories: in byte order
};

/// Collective. Compares the columns of two tables (domain: drift). Counts and sums are exact: the same bits for any
/// number of ranks, known on every rank. Values that are not finite count as missing. Throws DataError for a column
/// that a table lacks, or that is text in one and numbers in the other.
std::vector<ColumnDrift> compare_tables(io::Comm const& comm, std::string const& of, io::Table const& reference,
                                        io::Table const& current, DriftParams const& params = {});

/// A row per column, this rank's share: of, column, kind (number, category), rows_, missing_, mean_, p10_, p50_, p90_
/// reference and current, psi, psi_expected, psi_bound, ks, ks_p, js, js_bound, unseen, level (0 .. 3), verdict.
/// Collective.
io::Table drift_table(io::Comm const& comm, std::vector<ColumnDrift> const& drifts);

/// A row per column and bin, this rank's share: of, column, bin (from 0), name, upper, rows_reference, rows_current; of
/// categories the 20 with most rows in both, the others together as the last. Collective.
io::Table drift_bin_table(io::Comm const& comm, std::vector<ColumnDrift> const& drifts);

}  // namespace tidemill::drivers
