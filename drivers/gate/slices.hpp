#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "drivers/gate/gate.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// In which parts of the business a model may have its own champion.
struct SliceParams {
  std::vector<std::string> columns;  ///< text columns whose values make a slice, as category; none: no slices
  std::int64_t min_rows = 100;       ///< judged rows without which a slice has no champion of its own
  double discovery_rate = 0.05;      ///< of Benjamini & Hochberg, over all slices
};
/// Throws ConfigError.
void check(SliceParams const& params);

/// The slice of each unit, the same on every rank.
struct SliceMap {
  std::vector<std::string> names;                                ///< in byte order
  std::vector<std::pair<std::uint64_t, std::int32_t>> of_units;  ///< unit (units.hpp) and number of its slice; by unit

  /// -1: the unit is in none.
  std::int32_t slice_of(std::uint64_t unit) const;
  std::int32_t number_of(std::string const& name) const;
};

/// Collective. The slices of the units that `series` names, from each one's newest row in `rows` (by the column
/// `time`): the values of `columns`, joined by " / ". A unit without one of them is in none. Throws DataError when
/// there is no such column, ConfigError when it holds no texts.
SliceMap slices_of_units(io::Comm const& comm, io::Table const& rows, std::vector<std::string> const& series,
                         std::string const& time, std::vector<std::string> const& columns);

/// The judged rows of one slice, of the challenger and of who serves the slice now.
struct SliceRows {
  std::string slice;
  std::string incumbent;  ///< its version
  PairedRows rows;
};

/// What a slice's rows say of the challenger.
struct SliceTest {
  std::string slice, incumbent;
  std::int64_t rows = 0, units = 0;
  GateFigure target;
  double gain_p = 0, loss_p = 0;  ///< one-sided, of the target, by the paired bootstrap; NaN: too little was judged
  double gain_q = 0, loss_q = 0;  ///< the same, adjusted for the number of slices
  bool wins = false;              ///< gain_q is at most the rate, and no guardrail falls in the slice
  bool loses = false;             ///< loss_q is at most the rate
  std::string reason;
};

/// Collective. Judges the challenger in each slice as judge_challenger does (domain.md, section 12), with a p value for
/// "no gain" and one for "no loss": the share of resamples that show none, (1 + count) / (1 + resamples). Those of the
/// slices with enough rows and units are adjusted by Benjamini & Hochberg (1995), gains and losses each. So with 2,000
/// resamples and a rate of .05 a single slice among 100 can still be told. The same bits for any number of ranks.
std::vector<SliceTest> judge_slices(io::Comm const& comm, std::vector<SliceRows> const& slices,
                                    GateParams const& params, SliceParams const& slice_params);

/// The rows of each slice of the map, in its order.
std::vector<PairedRows> rows_by_slice(PairedRows const& rows, SliceMap const& map);

}  // namespace tidemill::drivers
