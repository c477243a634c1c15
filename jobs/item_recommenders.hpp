#pragma once

#include "jobs/recommenders.hpp"

namespace tidemill::jobs {

/// Kinds of recommenders that compare items with items, and BPR.
RecommenderKind item_knn_kind();
RecommenderKind ease_kind();
RecommenderKind bpr_kind();

}  // namespace tidemill::jobs
