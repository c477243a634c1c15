#pragma once

#include "jobs/recommenders.hpp"

namespace tidemill::jobs {

// The recommenders that know more than who had what. Each needs nothing but its line in the table of recommenders.cpp.
RecommenderKind content_kind();
RecommenderKind transitions_kind();
RecommenderKind hybrid_kind();
RecommenderKind context_kind();

}  // namespace tidemill::jobs
