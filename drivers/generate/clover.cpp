#include <fmt/format.h>

#include <array>

#include "drivers/generate/calendar.hpp"
#include "drivers/generate/exports.hpp"
#include "io/store/commit.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr char const* header =
    "Line Item Date,Order Employee ID,Order Employee Name,Order Employee Custom ID,Item ID,Item Product Code,Item SKU,"
    "Order ID,Item Name,Currency,Per Unit Quantity,Item Unit,Item Revenue,Modifiers,Modifiers Revenue,Total Revenue,"
    "Discounts,Total Discount,Order Discounts,Order Discount Proportion,Item Total,Item Tax Rate,Item Fee,Tax Amount,"
    "Item Total with Tax/Fee Amount,Refunded,Exchanged,Order Payment State,Service Charge\n";

std::string short_id(std::uint64_t a, std::uint64_t b) {
  std::string id = guid_of(a, b).substr(0, 8) + guid_of(a, b).substr(9, 4) + "Q";
  for (char& c : id) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return id;
}

struct CloverText {
  DemoChain const& chain;
  int location;
  RowText rows{"\n"};
  ExportTotals totals{};

  /// One row for one unit, as this system writes them.
  void add_unit(std::int64_t day, DemoLine const& line, bool refunded) {
    bool const service = line.kind == LineKind::service;
    std::int64_t const extra = line.modifier >= 0 ? modifier_of(line.modifier).cents : 0;
    std::int64_t const gross = line.price + extra;
    std::int64_t const net = gross - line.promotion - line.coupon;
    std::uint64_t const order = day_id_of(chain, location, day) << 16 | static_cast<std::uint64_t>(line.order);
    CalendarDay const date = calendar_day(day + line.second / 86400);
    std::int64_t const hour = line.second / 3600 % 24;
    rows.cell(fmt::format("{:02}-{}-{} {:02}:{:02} {}", date.day, months[static_cast<std::size_t>(date.month - 1)],
                          date.year, hour % 12 == 0 ? 12 : hour % 12, line.second / 60 % 60, hour < 12 ? "AM" : "PM"));
    rows.cell(short_id(5, 600)).cell("Front Desk").cell("");
    if (service) {
      rows.cell("").cell("").cell("").cell(short_id(order, 1)).cell("Service Charge");
    } else {
      DemoItem const& item = chain.items[static_cast<std::size_t>(line.item)];
      auto const number = static_cast<std::uint64_t>(line.item);
      rows.cell(short_id(number, 601)).cell("").cell(item.sku).cell(short_id(order, 1)).cell(item.name);
    }
    rows.cell("USD").cell("").cell("").money(line.price);
    rows.cell(line.modifier >= 0 ? modifier_of(line.modifier).name : "").money(extra).money(gross);
    rows.cell(line.promotion > 0 ? "Promotion" : "").money(-line.promotion);
    rows.cell(line.coupon > 0 ? "Coupon, 10 %" : "").money(-line.coupon).money(net);
    std::int64_t const tax = service ? 0 : tax_on(net);
    rows.cell(service ? "0%" : "8%").money(0).money(tax).money(net + tax);
    rows.cell(refunded ? "true" : "false").cell("false");
    rows.cell(line.kind == LineKind::voided ? "Unpaid" : "Paid").cell(service ? "True" : "False");
    rows.end_row();
    count(line, refunded, gross, net);
  }

  void count(DemoLine const& line, bool refunded, std::int64_t gross, std::int64_t net) {
    ++totals.rows;
    if (line.kind == LineKind::service) {
      ++totals.other_rows;
    } else if (line.kind == LineKind::voided) {
      ++totals.void_rows;
    } else {
      ++totals.item_rows;
      if (refunded) {
        ++totals.refund_rows;
        return;  // the sale and its refund are one row here, and cancel
      }
      ++totals.units;
      totals.gross += gross;
      totals.discount += gross - net;
      totals.net += net;
    }
  }
};

}  // namespace

std::vector<ExportTotals> write_clover_export(io::Comm const& comm, DemoChain const& chain, int location,
                                              std::filesystem::path const& folder) {
  std::string const& name = chain.locations[static_cast<std::size_t>(location)].name;
  CloverText clover{chain, location};
  for_my_days(comm, chain, location, [&](std::int64_t day, std::vector<DemoLine> const& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      DemoLine const& line = lines[i];
      // Gift cards are sold outside the register's items; a refund is a mark on the row of the sale before it.
      if (line.kind == LineKind::gift_card || line.kind == LineKind::refund) continue;
      bool const refunded = i + 1 < lines.size() && lines[i + 1].kind == LineKind::refund;
      for (std::int64_t unit = 0; unit < line.units; ++unit) clover.add_unit(day, line, refunded);
    }
  });
  clover.totals.path = "clover/" + file_name_of(name) + "/LineItemsExport.csv";
  clover.totals.system = "clover";
  clover.totals.location = name;
  io::commit_text(comm, folder / clover.totals.path, (comm.is_root() ? header : std::string()) + clover.rows.text());
  sum_over_ranks(comm, clover.totals);
  return {clover.totals};
}

}  // namespace tidemill::drivers
