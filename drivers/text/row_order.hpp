#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tidemill::drivers {

/// The rows in the order of numbers drawn by (seed, row, pass, purpose): the same wherever it is drawn. Rows differ.
std::vector<std::uint32_t> drawn_order(std::span<std::uint32_t const> rows, std::uint64_t seed, std::int64_t pass,
                                       std::uint32_t purpose);

}  // namespace tidemill::drivers
