#pragma once

#include "kernels/device.hpp"
#include "kernels/topk/lists.hpp"

namespace tidemill::kernels {

/// ExactSearch::top_k without quantised first pass, on any device of Kokkos: one thread per query passes all items by a
/// heap of its k best. The reference of the faster versions.
TopLists plain_top_k(Exec const& exec, VectorRows const& items, std::int32_t first_item, VectorRows const& queries,
                     std::int32_t k, RemovedItems const& removed);

}  // namespace tidemill::kernels
