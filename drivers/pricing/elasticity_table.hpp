#pragma once

#include <string>
#include <vector>

#include "drivers/pricing/demand_regression.hpp"

namespace tidemill::drivers {

/// Collective. The tables of elasticity.hpp from the estimates of all items, the same on every rank; each rank keeps
/// its even share of the rows. Shrinks the elasticities of each category.
io::Table elasticity_table(io::Comm const& comm, SalesPanel const& panel, std::vector<ItemEstimate> const& estimates,
                           ElasticityParams const& params);
io::Table cross_table(io::Comm const& comm, SalesPanel const& panel, std::vector<CrossEstimate> const& estimates);

/// Why an estimate is not identified, in words; empty when it is.
std::string reason_for(ItemEstimate const& estimate, ElasticityParams const& params);

}  // namespace tidemill::drivers
