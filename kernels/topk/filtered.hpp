#pragma once

#include "kernels/topk/quantised.hpp"

namespace tidemill::kernels::host {

/// ExactSearch::top_k by a first pass over bytes and exact scores of what it lets through. Items are visited block by
/// block for all queries of a thread, so that a block stays in the second-level cache. Needs AVX2 and FMA.
///
/// Long lists start with every 16th block: from these a k-th score of all items is guessed that is very likely too low.
/// When it was not (fewer than k items reach it), the query is searched again without a guess.
TopLists filtered_top_k(QuantisedItems const& quantised, std::int32_t first_item, VectorRows const& queries,
                        std::int32_t k, RemovedItems const& removed);

/// Whether this processor can run filtered_top_k.
bool can_filter();

}  // namespace tidemill::kernels::host
