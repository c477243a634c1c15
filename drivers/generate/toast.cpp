#include <fmt/format.h>

#include <array>

#include "drivers/generate/calendar.hpp"
#include "drivers/generate/exports.hpp"
#include "io/store/commit.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::array servers{"Alex R.", "Sam K.", "Jo M.", "Kim T.", "Robin D."};

/// Sums of AllItemsReport.csv for one item.
struct ReportRow {
  std::int64_t units = 0, gross = 0, void_units = 0, void_amount = 0, discount = 0, net = 0, orders = 0;
};

struct ToastText {
  DemoChain const& chain;
  int location;
  bool twelve_hours;  ///< M/D/YYYY H:MM AM/PM instead of MM/DD/YYYY HH:MM:SS: both occur in real files
  RowText items{"\n"};
  RowText modifiers{"\n"};
  ExportTotals totals{};
  ExportTotals modifier_totals{};
  std::vector<ReportRow> report{};

  std::string time_text(std::int64_t day, std::int64_t second) const {
    CalendarDay const date = calendar_day(day + second / 86400);
    std::int64_t const hour = second / 3600 % 24;
    std::int64_t const minute = second / 60 % 60;
    if (twelve_hours) {
      return fmt::format("{}/{}/{} {}:{:02} {}", date.month, date.day, date.year, hour % 12 == 0 ? 12 : hour % 12,
                         minute, hour < 12 ? "AM" : "PM");
    }
    return fmt::format("{:02}/{:02}/{} {:02}:{:02}:{:02}", date.month, date.day, date.year, hour, minute, second % 60);
  }

  std::string id_of(char const* kind, std::uint64_t order, std::uint64_t line) const {
    return fmt::format("{}{}", kind, guid_of(order, line));
  }

  /// The columns that both files begin with.
  void add_head(RowText& row, std::int64_t day, DemoLine const& line) const {
    std::uint64_t const order = day_id_of(chain, location, day) << 16 | static_cast<std::uint64_t>(line.order);
    row.cell(chain.locations[static_cast<std::size_t>(location)].name);
    row.cell(id_of("", order, 1)).cell(line.order + 1);
    row.cell(time_text(day, line.second + 120)).cell(time_text(day, line.second));
    row.cell(id_of("", order, 2)).cell(servers[static_cast<std::size_t>(line.order) % servers.size()]);
    bool const seated = line.channel == 0;
    row.cell(seated ? std::to_string(line.order % 24 + 1) : "").cell(seated ? "Main Room" : "");
    row.cell(daypart_of(line.second)).cell(channel_name(line.channel));
  }

  void add_item(std::int64_t day, DemoLine const& line) {
    std::uint64_t const order = day_id_of(chain, location, day) << 16 | static_cast<std::uint64_t>(line.order);
    bool const gift = line.kind == LineKind::gift_card;
    std::int64_t const sign = line.kind == LineKind::refund ? -1 : 1;
    std::int64_t const units = sign * line.units;
    std::int64_t const gross = units * line.price;
    std::int64_t const discount = units * (line.promotion + line.coupon);
    add_head(items, day, line);
    items.cell(id_of("", order, 16 + static_cast<std::uint64_t>(line.line)));
    if (gift) {
      items.cell(guid_of(7, 7)).cell(guid_of(7, 8)).cell("").cell("Gift Card").cell("").cell("Gift Cards").cell("");
      items.cell("");
    } else {
      DemoItem const& item = chain.items[static_cast<std::size_t>(line.item)];
      auto const number = static_cast<std::uint64_t>(line.item);
      std::string const& category = chain.categories[static_cast<std::size_t>(item.category)].name;
      items.cell(guid_of(number, 900 + static_cast<std::uint64_t>(location))).cell(guid_of(number, 899));
      items.cell(item.sku).cell(item.name).cell("").cell(category).cell("All Day").cell(category);
    }
    items.money(gross).money(discount).money(gross - discount).cell(units);
    items.money(gift ? 0 : tax_on(gross - discount)).cell(line.kind == LineKind::voided ? "True" : "False");
    items.cell(gift ? "True" : "False").cell(gift ? "True" : "False").cell("Exclusive").money(0);
    items.cell(line.has_note ? fmt::format("Party of {}\nbirthday, \"surprise\"", line.units + 3) : "");
    items.end_row();
    count(line, units, gross, discount);
  }

  void count(DemoLine const& line, std::int64_t units, std::int64_t gross, std::int64_t discount) {
    ++totals.rows;
    if (line.kind == LineKind::gift_card) {
      ++totals.other_rows;
      return;
    }
    ReportRow& row = report[static_cast<std::size_t>(line.item)];
    if (line.kind == LineKind::voided) {
      ++totals.void_rows;
      row.void_units += units;
      row.void_amount += gross;
      return;
    }
    ++totals.item_rows;
    totals.refund_rows += line.kind == LineKind::refund;
    totals.units += units;
    totals.gross += gross;
    totals.discount += discount;
    totals.net += gross - discount;
    row.units += units;
    row.gross += gross;
    row.discount += discount;
    row.net += gross - discount;
    row.orders += line.kind == LineKind::sale;
  }

  void add_modifier(std::int64_t day, DemoLine const& line) {
    std::uint64_t const order = day_id_of(chain, location, day) << 16 | static_cast<std::uint64_t>(line.order);
    Modifier const modifier = modifier_of(line.modifier);
    std::int64_t const units = (line.kind == LineKind::refund ? -1 : 1) * line.units;
    DemoItem const& item = chain.items[static_cast<std::size_t>(line.item)];
    std::string const parent = id_of("", order, 16 + static_cast<std::uint64_t>(line.line));
    auto const number = static_cast<std::uint64_t>(line.modifier);
    add_head(modifiers, day, line);
    modifiers.cell(id_of("", order, 5016 + static_cast<std::uint64_t>(line.line))).cell(guid_of(number, 800));
    modifiers.cell(guid_of(number, 801)).cell("").cell(modifier.name).cell(guid_of(3, 800));
    modifiers.cell(modifier.cents > 0 ? "Extras" : "Wishes").cell(parent).cell(item.name);
    modifiers.cell(chain.categories[static_cast<std::size_t>(item.category)].name);
    modifiers.money(units * modifier.cents).money(0).money(units * modifier.cents).cell(units);
    bool const voided = line.kind == LineKind::voided;
    modifiers.cell(voided ? "True" : "False").cell("").cell(voided ? "Keyed by mistake" : "");
    modifiers.end_row();
    ++modifier_totals.rows;
    if (voided) {
      ++modifier_totals.void_rows;
      return;
    }
    ++modifier_totals.item_rows;
    modifier_totals.refund_rows += line.kind == LineKind::refund;
    modifier_totals.units += units;
    modifier_totals.gross += units * modifier.cents;
    modifier_totals.net += units * modifier.cents;
  }
};

std::string item_header(bool newer) {
  return std::string(
             "Location,Order Id,Order #,Sent Date,Order Date,Check Id,Server,Table,Dining Area,Service,Dining Option,"
             "Item Selection Id,Item Id,Master Id,SKU,Menu Item,Menu Subgroup(s),Menu Group,Menu,Sales Category,"
             "Gross Price,") +
         (newer ? "Discount" : "Discnt") +
         ",Net Price,Qty,Tax,Void?,Deferred,Tax Exempt,Tax Inclusion Option,Dining Option Tax,Tab Name\n";
}

constexpr char const* modifier_header =
    "Location,Order Id,Order #,Sent Date,Order Date,Check Id,Server,Table,Dining Area,Service,Dining Option,"
    "Item Selection Id,Modifier Id,Master Id,Modifier SKU,Modifier,Option Group ID,Option Group Name,"
    "Parent Menu Selection Item ID,Parent Menu Selection,Sales Cateogry,Gross Price,Discnt,Net Price,Qty,Void?,"
    "Void Reason ID,Void Reason\n";

constexpr char const* report_header =
    "Master ID,Item ID,Parent ID,Menu Name,Menu Group,Subgroup,Menu Item,Avg Price,Item Qty (incl voids),"
    "% of Ttl Qty (incl voids),Gross Amount (incl voids),% of Ttl Amt (incl voids),Item Qty,Gross Amount,Void Qty,"
    "Void Amount,Discount Amount,Net Amount,# Orders,% of Ttl # Orders,% Qty (Group),% Qty (Menu),% Qty (All),"
    "% Net Amt (Group),% Net Amt (Menu),% Net Amt (All)\n";

/// A share in percent with two decimals, from integers only.
std::string percent(std::int64_t part, std::int64_t whole) {
  std::int64_t const hundredths = whole == 0 ? 0 : (part * 10000 + whole / 2) / whole;
  return fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
}

void add(ReportRow& sum, ReportRow const& row) {
  sum.units += row.units;
  sum.gross += row.gross;
  sum.void_units += row.void_units;
  sum.void_amount += row.void_amount;
  sum.discount += row.discount;
  sum.net += row.net;
  sum.orders += row.orders;
}

std::string report_text(DemoChain const& chain, int location, std::vector<ReportRow> const& report) {
  ReportRow all;
  std::vector<ReportRow> groups(chain.categories.size());
  for (std::size_t i = 0; i < report.size(); ++i) {
    add(all, report[i]);
    add(groups[static_cast<std::size_t>(chain.items[i].category)], report[i]);
  }
  RowText text("\n");
  text.text() = report_header;
  for (std::size_t i = 0; i < report.size(); ++i) {
    ReportRow const& row = report[i];
    if (row.units + row.void_units == 0) continue;
    DemoItem const& item = chain.items[i];
    ReportRow const& group = groups[static_cast<std::size_t>(item.category)];
    text.cell(guid_of(i, 899)).cell(guid_of(i, 900 + static_cast<std::uint64_t>(location))).cell("").cell("All Day");
    text.cell(chain.categories[static_cast<std::size_t>(item.category)].name).cell("").cell(item.name);
    text.money(row.units == 0 ? 0 : row.gross / row.units).cell(row.units + row.void_units);
    text.cell(percent(row.units + row.void_units, all.units + all.void_units)).money(row.gross + row.void_amount);
    text.cell(percent(row.gross + row.void_amount, all.gross + all.void_amount)).cell(row.units).money(row.gross);
    text.cell(row.void_units).money(row.void_amount).money(row.discount).money(row.net).cell(row.orders);
    text.cell(percent(row.orders, all.orders)).cell(percent(row.units, group.units));
    text.cell(percent(row.units, all.units)).cell(percent(row.units, all.units));
    text.cell(percent(row.net, group.net)).cell(percent(row.net, all.net)).cell(percent(row.net, all.net));
    text.end_row();
  }
  return text.text();
}

}  // namespace

std::vector<ExportTotals> write_toast_exports(io::Comm const& comm, DemoChain const& chain, int location,
                                              std::filesystem::path const& folder) {
  std::string const& name = chain.locations[static_cast<std::size_t>(location)].name;
  bool const newer = location % 2 == 1;
  ToastText toast{chain, location, newer};
  toast.report.resize(chain.items.size());
  for_my_days(comm, chain, location, [&](std::int64_t day, std::vector<DemoLine> const& lines) {
    for (DemoLine const& line : lines) {
      if (line.kind == LineKind::service) continue;  // not a menu selection in this system
      toast.add_item(day, line);
      if (line.modifier >= 0) toast.add_modifier(day, line);
    }
  });
  std::vector<std::int64_t> sums;
  for (ReportRow const& r : toast.report) {
    sums.insert(sums.end(), {r.units, r.gross, r.void_units, r.void_amount, r.discount, r.net, r.orders});
  }
  comm.sum(std::span<std::int64_t>(sums));
  for (std::size_t i = 0; i < toast.report.size(); ++i) {
    std::int64_t const* s = &sums[7 * i];
    toast.report[i] = {s[0], s[1], s[2], s[3], s[4], s[5], s[6]};
  }
  std::string const place = "toast/" + file_name_of(name);
  bool const root = comm.is_root();
  io::commit_text(comm, folder / place / "ItemSelectionDetails.csv",
                  (root ? item_header(newer) : std::string()) + toast.items.text());
  io::commit_text(comm, folder / place / "ModifiersSelectionDetails.csv",
                  (root ? std::string(modifier_header) : std::string()) + toast.modifiers.text());
  io::commit_text(comm, folder / place / "AllItemsReport.csv",
                  root ? report_text(chain, location, toast.report) : std::string());
  toast.totals.path = place + "/ItemSelectionDetails.csv";
  toast.modifier_totals.path = place + "/ModifiersSelectionDetails.csv";
  for (ExportTotals* totals : {&toast.totals, &toast.modifier_totals}) {
    totals->system = "toast";
    totals->location = name;
    sum_over_ranks(comm, *totals);
  }
  return {toast.totals, toast.modifier_totals};
}

}  // namespace tidemill::drivers
