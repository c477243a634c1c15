#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "drivers/generate/chain.hpp"

namespace tidemill::drivers {

enum class LineKind {
  sale,
  refund,     ///< money back for an earlier line of the same order: units and money count negative
  voided,     ///< keyed in by mistake, never sold
  gift_card,  ///< deferred: no item was sold
  service,    ///< a charge on a large party
};

/// One line of an order. Money is in cents and per unit, so that a system which writes a row per unit can do so.
struct DemoLine {
  LineKind kind = LineKind::sale;
  int order = 0;            ///< from 0 within (location, business day), in order of time
  int line = 0;             ///< from 0 within the order
  std::int64_t second = 0;  ///< after midnight of the business day; above 86400 past the next midnight
  int item = -1;            ///< into the chain's items; -1 for gift cards and service charges
  int channel = 0;          ///< see channel_name
  std::int64_t units = 1;
  std::int64_t price = 0;      ///< list price
  std::int64_t promotion = 0;  ///< taken off by a promotion, per unit
  std::int64_t coupon = 0;     ///< taken off by a coupon on the order, per unit
  int modifier = -1;           ///< see modifier_of; -1: none
  bool has_note = false;
};

struct Modifier {
  std::string_view name;
  std::int64_t cents;  ///< per unit; 0 for wishes that cost nothing
};
Modifier modifier_of(int modifier);
std::string_view channel_name(int channel);
std::string_view daypart_of(std::int64_t second);

/// Tax on a net amount: 8 %, halves away from zero.
std::int64_t tax_on(std::int64_t net);

/// All lines of one location and business day, in order of (order, line). Refunds follow the sale they undo. The units
/// of kind sale are sold_units() of every item.
std::vector<DemoLine> make_day(DemoChain const& chain, int location, std::int64_t day);

}  // namespace tidemill::drivers
