#pragma once

#include <cstdint>

namespace tidemill::kernels::host {

/// Slots of items that a group of six queries must look at, one list per query.
struct SlotLists {
  static constexpr std::int32_t capacity = 160;
  std::int32_t slot[6][capacity];
  std::int32_t size[6];
};

/// The panels of one block for one group of queries; layouts as in QuantisedItems and QueryGroup.
struct PanelScan {
  std::uint8_t const* panels;  ///< of the block, 64-byte aligned
  std::uint8_t const* codes;   ///< of the queries
  std::int32_t pairs;
  std::int64_t panel_count;
  std::int64_t first_slot;
  std::int32_t beat[6];  ///< integer products must be larger than this
};

/// Appends the slots whose integer product with a query is above beat[query] and returns the first panel that was not
/// scanned: panel_count, or earlier when a list has no room for one more panel. Slots past the block's count may be
/// among them. Needs a processor with AVX2.
std::int64_t scan_panels_avx2(PanelScan const& scan, std::int64_t first_panel, SlotLists& found);

/// inner_product() of a query given as doubles with four items, the same bits. Needs a processor with AVX2 and FMA.
void inner_products_avx2(double const* query, float const* const items[4], std::int32_t width, float scores[4]);

}  // namespace tidemill::kernels::host
