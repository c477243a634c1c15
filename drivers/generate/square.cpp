#include <fmt/format.h>

#include "drivers/generate/calendar.hpp"
#include "drivers/generate/exports.hpp"
#include "io/store/commit.hpp"

namespace tidemill::drivers {
namespace {

struct SquareText {
  DemoChain const& chain;
  int location;
  /// The variant with `Product Sales` before discounts and `Gross Sales` last, after tax.
  bool with_product_sales;
  RowText rows{"\r\n"};
  ExportTotals totals{};

  void add(std::int64_t day, DemoLine const& line) {
    bool const gift = line.kind == LineKind::gift_card;
    bool const refund = line.kind == LineKind::refund;
    std::int64_t const units = (refund ? -1 : 1) * line.units;
    std::int64_t const extra = line.modifier >= 0 ? modifier_of(line.modifier).cents : 0;
    std::int64_t const gross = units * (line.price + extra);
    std::int64_t const discount = units * (line.promotion + line.coupon);
    std::int64_t const net = gross - discount;
    std::int64_t const tax = gift ? 0 : tax_on(net);
    std::uint64_t const order = day_id_of(chain, location, day) << 16 | static_cast<std::uint64_t>(line.order);
    CalendarDay const date = calendar_day(day + line.second / 86400);
    std::int64_t const second = line.second % 86400;
    rows.cell(fmt::format("{}-{:02}-{:02}", date.year, date.month, date.day));
    rows.cell(fmt::format("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60));
    rows.cell("Eastern Time (US & Canada)");
    if (gift) {
      rows.cell("").cell("eGift Card").cell(units).cell("").cell("");
    } else {
      DemoItem const& item = chain.items[static_cast<std::size_t>(line.item)];
      rows.cell(chain.categories[static_cast<std::size_t>(item.category)].name).cell(item.name).cell(units);
      rows.cell("Regular").cell(item.sku);
    }
    rows.cell(line.modifier >= 0 ? modifier_of(line.modifier).name : "");
    rows.dollars(gross).dollars(-discount).dollars(net).dollars(tax);
    if (with_product_sales) rows.dollars(net + tax);
    rows.cell(guid_of(order, 1)).cell(guid_of(order, 2)).cell("Front Register");
    rows.cell(line.has_note ? "Allergy: nuts\nask the kitchen, please" : "").cell("https://example.invalid/receipt");
    rows.cell(refund ? "Refund" : "Payment").cell(chain.locations[static_cast<std::size_t>(location)].name);
    rows.cell(channel_name(line.channel)).cell("").cell("").cell("").cell("ea").cell(units).cell("");
    rows.cell(gift ? "Gift Card" : "Physical Good").cell("").cell("").cell("").cell("Point of Sale");
    rows.cell(gift ? "" : guid_of(static_cast<std::uint64_t>(line.item), 700)).cell("").cell("");
    rows.end_row();
    ++totals.rows;
    if (gift) {
      ++totals.other_rows;
      return;
    }
    ++totals.item_rows;
    totals.refund_rows += refund;
    totals.units += units;
    totals.gross += gross;
    totals.discount += discount;
    totals.net += net;
  }
};

std::string header_of_square(bool with_product_sales) {
  return std::string("\xEF\xBB\xBF") +  // this system writes a byte order mark
         "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied," +
         (with_product_sales ? "Product Sales,Discounts,Net Sales,Tax,Gross Sales,"
                             : "Gross Sales,Discounts,Net Sales,Tax,") +
         "Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,"
         "Customer Name,Customer Reference ID,Unit,Count,GTIN,Itemization Type,Commission,Employee,Fulfillment Note,"
         "Channel,Token,Card Brand,PAN Suffix\r\n";
}

}  // namespace

std::vector<ExportTotals> write_square_export(io::Comm const& comm, DemoChain const& chain, int location,
                                              std::filesystem::path const& folder) {
  std::string const& name = chain.locations[static_cast<std::size_t>(location)].name;
  bool const with_product_sales = location % 2 == 0;
  SquareText square{chain, location, with_product_sales};
  for_my_days(comm, chain, location, [&](std::int64_t day, std::vector<DemoLine> const& lines) {
    for (DemoLine const& line : lines) {
      // Voids and service charges never reach the items detail.
      if (line.kind != LineKind::voided && line.kind != LineKind::service) square.add(day, line);
    }
  });
  square.totals.path = "square/items-" + file_name_of(name) + ".csv";
  square.totals.system = "square";
  square.totals.location = name;
  io::commit_text(comm, folder / square.totals.path,
                  (comm.is_root() ? header_of_square(with_product_sales) : std::string()) + square.rows.text());
  sum_over_ranks(comm, square.totals);
  return {square.totals};
}

}  // namespace tidemill::drivers
