#pragma once

#include "jobs/recommenders.hpp"

namespace tidemill::jobs {

/// Implicit ALS.
RecommenderKind ials_kind();

}  // namespace tidemill::jobs
