#pragma once

#include <cstdint>

#include "kernels/device.hpp"

namespace tidemill::kernels {

/// Classes are solved in blocks of this many, whatever their number: class c is lane c % 16 of block c / 16.
constexpr std::int64_t class_lanes = 16;

template <class T>
using ClassBlocks = Kokkos::View<T***, Kokkos::LayoutRight, DeviceMemory>;  ///< (block, row or column, lane)

/// Sparse rows on the device. Entry columns are below `columns`; every row also has a constant 1 in column `columns`.
struct BiasedRows {
  Array<std::int64_t const> start;
  Array<std::uint32_t const> column;
  Array<float const> value;
  Array<float const> square;  ///< squared length of each row, the constant included
  std::int64_t columns = 0;
  std::int64_t rows() const { return static_cast<std::int64_t>(start.extent(0)) - 1; }
};

/// The L2-regularised squared-hinge classifiers of some blocks of classes,
///   min over w_c of 1/2 |w_c|^2 + sum over rows i of C_ic max(0, 1 - y_ic w_c . x_i)^2,
/// in their dual form (Hsieh et al. 2008, algorithm 1): w_c = sum of y alpha x, alpha >= 0.
struct OneAgainstRest {
  ClassBlocks<std::int8_t const> sign;  ///< (block, row, lane): 1, -1, or 0 for a lane without class or a row left out
  ClassBlocks<float> alpha;             ///< (block, row, lane)
  ClassBlocks<float> weight;            ///< (block, column, lane), columns + 1 of them
  float cost = 1;                       ///< C of rows against a class
  float positive_cost = 1;              ///< C of rows of the class
};

/// One sweep of coordinate descent over the rows in the given order, each class for itself, so that its numbers depend
/// on nothing but the rows, their order and its signs. change(block): the largest projected gradient met, 0 at the
/// minimum. A block whose done(block) is not 0 stays as it is.
void descend_rows(Exec const& exec, BiasedRows const& rows, Array<std::uint32_t const> const& order,
                  OneAgainstRest const& problem, Array<std::int8_t const> const& done, Array<float> const& change);

/// margin(row, class) = w_class . x_row, added in the order of the row's entries. `margin` has blocks * 16 columns.
void class_margins(Exec const& exec, BiasedRows const& rows, ClassBlocks<float const> const& weight,
                   Kokkos::View<float**, Kokkos::LayoutRight, DeviceMemory> const& margin);

}  // namespace tidemill::kernels
