#pragma once

#include <vector>

#include "drivers/trees/dataset.hpp"
#include "drivers/trees/params.hpp"
#include "io/comm/comm.hpp"
#include "kernels/trees/binned_rows.hpp"
#include "kernels/trees/ensemble.hpp"

namespace tidemill::drivers {

/// Collective. Bins of every feature from all ranks' rows: quantiles found by counting (see kernels::count_keys), most
/// frequent categories first. The same for any number of ranks.
std::vector<kernels::FeatureBins> make_bins(io::Comm const& comm, TreeDataset const& data, TreeParams const& params);

/// This rank's rows as bin numbers.
kernels::BinnedRows bin_dataset(kernels::Exec const& exec, TreeDataset const& data,
                                std::vector<kernels::FeatureBins> const& bins);

/// Rows first .. first + count of them.
kernels::BinnedRows bin_dataset(kernels::Exec const& exec, TreeDataset const& data,
                                std::vector<kernels::FeatureBins> const& bins, std::int64_t first, std::int64_t count);

}  // namespace tidemill::drivers
