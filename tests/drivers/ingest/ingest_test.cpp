#include "drivers/ingest/ingest.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "drivers/ingest/ordinals.hpp"
#include "drivers/ingest/reconcile.hpp"
#include "drivers/ingest/sales_store.hpp"
#include "drivers/ingest/side_tables.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "io/tables/table_file.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using io::Table;
using tests::ScratchFolder;
using tests::world;

std::filesystem::path put(ScratchFolder const& folder, std::string const& name, std::string const& text) {
  if (world().is_root()) io::write_file(folder / name, text);
  world().barrier();
  return folder / name;
}

IngestOptions options_for(ScratchFolder const& folder, std::string const& adapter) {
  IngestOptions options;
  options.adapter = adapter;
  options.store = folder / "store";
  options.tenant = "t";
  return options;
}

std::string const toast_header =
    "Location,Order Id,Order #,Sent Date,Order Date,Dining Option,Item Selection Id,Item Id,Master Id,SKU,Menu "
    "Item,Menu "
    "Group,Menu,Sales Category,Gross Price,Discnt,Net Price,Qty,Tax,Void?,Deferred,Tab Name\n";
std::string const toast_rows =
    "Old Town,1,1,,08/05/2026 12:01:00,Dine In,11,5,6,B-1,Burger,Grill,All "
    "Day,Food,12.00,2.00,10.00,1,.80,False,False,\n"
    "Old Town,1,1,,8/5/2026 1:30 AM,Dine In,12,5,6,B-1,Burger,Grill,All Day,Food,24.00,0,24.00,2,1.92,True,No,\"Tab, \n"
    "two\"\n"
    "Old Town,2,2,,08/05/2026 13:00:00,Take Out,13,7,8,,Gift Card,,,,50.00,0,50.00,1,0,False,True,\n"
    "Old Town,3,3,,08/05/2026 13:00:00,Take Out,14,9,10,,Soup,,,,-6.00,0,-6.00,-1,0,False,False,\n";

std::int64_t total(Comm const& comm, Table const& table, char const* column) {
  auto const& values = table.at(column).integers;
  return comm.sum(std::accumulate(values.begin(), values.end(), std::int64_t{0}));
}

TEST(Ingest, ToastLinesBecomeCanonical) {
  ScratchFolder const folder;
  IngestOptions const options = options_for(folder, "toast");
  IngestReport const report =
      ingest_file(world(), put(folder, "items.csv", toast_header + toast_rows), options, ItemCosts());
  EXPECT_EQ(report.read, 4);
  EXPECT_EQ(report.accepted, 4);
  EXPECT_EQ(report.net_in_file, 7800);
  EXPECT_EQ(report.net_accepted, 7800);
  EXPECT_EQ(report.sales_net, 400);
  EXPECT_EQ(report.voids, 1);
  EXPECT_EQ(report.refunds, 1);
  EXPECT_EQ(report.deferred, 1);
  EXPECT_EQ(report.other_columns, (std::vector<std::string>{"Order #", "Sent Date", "Tab Name"}));
  Table const lines = read_sales(world(), options.store, options.tenant);
  ASSERT_EQ(lines.range.total, 4);
  ASSERT_EQ(lines.columns.size(), sales_columns().size());
  EXPECT_EQ(total(world(), lines, "discount"), 200);
  // Half past one in the night still belongs to the day before, which comes first.
  if (lines.range.first == 0 && lines.rows() > 0) {
    EXPECT_EQ(lines.at("business_date").integers[0], 20669);
    EXPECT_EQ(lines.at("line_id").text(0), "12");
    EXPECT_EQ(lines.at("item_key").text(0), "B-1");
    EXPECT_EQ(lines.at("is_void").integers[0], 1);
    EXPECT_EQ(lines.at("qty").integers[0], 2000);
    EXPECT_TRUE(lines.at("unit_cost").is_missing(0));
    EXPECT_TRUE(lines.at("modifier_of").is_missing(0));
  }
}

TEST(Ingest, AgainChangesNothing) {
  ScratchFolder const folder;
  IngestOptions const options = options_for(folder, "toast");
  std::filesystem::path const file = put(folder, "items.csv", toast_header + toast_rows);
  IngestReport const first = ingest_file(world(), file, options, ItemCosts());
  EXPECT_FALSE(first.unchanged);
  IngestReport const second = ingest_file(world(), file, options, ItemCosts());
  EXPECT_TRUE(second.unchanged);
  EXPECT_EQ(second.digest, first.digest);
  EXPECT_EQ(second.net_accepted, first.net_accepted);
  // Another export of which half was seen before adds only what is new.
  std::string const more =
      "Old Town,4,4,,08/06/2026 12:00:00,Dine In,15,5,6,B-1,Burger,Grill,All Day,Food,12.00,0,12.00,1,0,False,False,\n";
  ingest_file(world(), put(folder, "later.csv", toast_header + toast_rows + more), options, ItemCosts());
  EXPECT_EQ(read_sales(world(), options.store, "t").range.total, 5);
}

TEST(Ingest, StoredSalesDoNotDependOnTheNumberOfRanks) {
  ScratchFolder const folder;
  std::string text = toast_header;
  for (int i = 0; i < 300; ++i) {
    text += "\"Place " + std::to_string(i % 3) + "\"," + std::to_string(i / 2) + ",1,,08/0" +
            std::to_string(1 + i % 9) + "/2026 12:01:00,Dine In," + std::to_string(i % 290) + ",5,6,B-" +
            std::to_string(i % 7) + ",\"Burger \"\"x\"\"\n" + std::to_string(i % 7) +
            "\",Grill,All Day,Food,12.00,2.00," + (i % 50 == 3 ? "11.00" : "10.00") + ",1,.80,False,False,\n";
  }
  std::filesystem::path const file = put(folder, "items.csv", text);
  IngestOptions together = options_for(folder, "toast");
  IngestReport const report = ingest_file(world(), file, together, ItemCosts());
  EXPECT_EQ(report.read, 300);
  EXPECT_EQ(report.bad, 6);  // six with a wrong net; ids repeat only at other places
  auto const sales_digest = [&](Comm const& comm, IngestOptions const& options, std::string const& name) {
    Table const lines = read_sales(comm, options.store, "t");
    return io::commit_hdf5(comm, folder / name, {"table", "", 0, {}},
                           [&](io::Hdf5File& out) { io::write_table(out, "table", lines); });
  };
  std::string const digest = sales_digest(world(), together, "together.h5");
  std::string alone_file, alone;
  if (world().is_root()) {
    IngestOptions options = together;
    options.store = folder / "alone";
    alone_file = ingest_file(Comm::self(), file, options, ItemCosts()).digest;
    alone = sales_digest(Comm::self(), options, "alone.h5");
  }
  EXPECT_EQ(world().broadcast(alone_file), report.digest);
  EXPECT_EQ(world().broadcast(alone), digest);
}

TEST(Ingest, SquareInBothVariants) {
  ScratchFolder const folder;
  IngestOptions options = options_for(folder, "square");
  std::string const plain =
      "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction "
      "ID,Event Type,Location,Dining Option,Itemization Type\r\n"
      "2026-08-05,12:30:00,Eastern,Food,Pie,1.0,Large,,\"$1,234.50\",-$34.50,\"$1,200.00\",$0.00,T1,Payment,Main,For "
      "Here,Physical Good\r\n"
      "2026-08-05,12:31:00,Eastern,Food,Pie,-1.0,Large,,-$3.00,$0.00,-$3.00,$0.00,T2,Refund,Main,For Here,Physical "
      "Good\r\n"
      "2026-08-05,12:32:00,Eastern,,eGift,1,,,$20.00,$0.00,$20.00,$0.00,T3,Payment,Main,,Gift Card\r\n";
  IngestReport const report = ingest_file(world(), put(folder, "s.csv", plain), options, ItemCosts());
  EXPECT_EQ(report.accepted, 3);
  EXPECT_EQ(report.sales_gross, 123150);
  EXPECT_EQ(report.sales_discount, 3450);
  EXPECT_EQ(report.sales_net, 119700);
  EXPECT_EQ(report.refunds, 1);
  EXPECT_EQ(report.deferred, 1);
  std::string const with_product_sales =
      "Date,Item,Qty,Product Sales,Discounts,Net Sales,Tax,Gross Sales,Transaction ID,Location\n"
      "08/25/2026,Pie,1,$10.00,$1.00,$9.00,$0.72,$9.72,T1,Main\n"
      "08/05/2026,Pie,1,$10.00,$1.00,$9.00,$0.72,$9.72,T1,Main\n"
      "08/05/2026,Pie,1,$10.00,$1.00,$9.00,$0.72,$9.72,T1,Main\n";
  IngestReport const variant = ingest_file(world(), put(folder, "p.csv", with_product_sales), options, ItemCosts());
  EXPECT_EQ(variant.accepted, 3);
  EXPECT_EQ(variant.sales_gross, 3000);
  EXPECT_EQ(variant.sales_net, 2700);
  EXPECT_EQ(variant.other_columns, (std::vector<std::string>{"Gross Sales"}));
  // Equal rows without an id are two sales, not one.
  EXPECT_EQ(read_sales(world(), options.store, "t").range.total, 6);
}

TEST(Ingest, CloverKeepsPaidItems) {
  ScratchFolder const folder;
  IngestOptions options = options_for(folder, "clover");
  options.file.location = "Main";
  std::string const text =
      "Line Item Date,Item ID,Order ID,Item Name,Currency,Per Unit Quantity,Item Revenue,Modifiers Revenue,Total "
      "Revenue,Total Discount,Order Discount Proportion,Item Total,Tax Amount,Item Total with Tax/Fee "
      "Amount,Refunded,Exchanged,Order Payment State,Service Charge\n"
      "05-Aug-2026 01:05 PM EDT,I1,O1,Tea,USD,,3.00,0.50,3.50,-0.20,-0.30,3.00,0.24,3.24,false,false,Paid,False\n"
      "05-Aug-2026 01:05 PM EDT,I1,O1,Tea,USD,,3.00,0.50,3.50,-0.20,-0.30,3.00,0.24,3.24,false,false,Paid,False\n"
      "05-Aug-2026 01:06 PM EDT,I2,O2,Ham,USD,0.250,2.50,0,2.50,0,0,2.50,0.2,2.7,false,false,Open,False\n"
      "05-Aug-2026 01:07 PM EDT,I2,O3,Ham,USD,0.250,2.50,0,2.50,0,0,2.50,0.2,2.7,true,false,Paid,False\n"
      "05-Aug-2026 01:07 PM EDT,,O3,Service,USD,,5,0,5.00,0,0,5.00,0,5,false,false,Paid,True\n";
  IngestReport const report = ingest_file(world(), put(folder, "c.csv", text), options, ItemCosts());
  EXPECT_EQ(report.read, 5);
  EXPECT_EQ(report.accepted, 3);
  EXPECT_EQ(report.excluded, 2);
  EXPECT_EQ(report.bad, 0);
  EXPECT_EQ(report.sales_gross, 700);
  EXPECT_EQ(report.sales_discount, 100);
  EXPECT_EQ(report.sales_net, 600);
  EXPECT_EQ(report.net_in_file, 1600);
  EXPECT_EQ(report.net_quarantined, 750);
  Table const lines = read_sales(world(), options.store, "t");
  for (std::int64_t row = 0; row < lines.rows(); ++row) {
    EXPECT_EQ(lines.at("utc_offset").integers[static_cast<std::size_t>(row)], -240);
  }
}

TEST(Ingest, GenericFollowsTheMap) {
  ScratchFolder const folder;
  IngestOptions options = options_for(folder, "generic");
  options.file.columns = {{"time", "When"}, {"item_name", "Dish"}, {"gross", "Betrag"}, {"qty", "Menge"}};
  options.file.location = "Hier";
  options.file.currency = "EUR";
  options.file.decimal = ',';
  std::string const text = "When;Dish;Menge;Betrag;Kellner\n05.08.2026 12:00;K\xe4se;1,5;1.012,50;Eva\n";
  IngestReport const report = ingest_file(world(), put(folder, "g.csv", text), options, ItemCosts());
  EXPECT_EQ(report.accepted, 1);
  EXPECT_EQ(report.sales_net, 101250);
  Table const lines = read_sales(world(), options.store, "t");
  if (lines.rows() == 1) {
    EXPECT_EQ(lines.at("item_key").text(0), "K\xc3\xa4se");
    EXPECT_EQ(lines.at("qty").integers[0], 1500);
  }
}

TEST(Ingest, CostsAndPromotionsAreJoined) {
  ScratchFolder const folder;
  IngestOptions const options = options_for(folder, "toast");
  std::string const costs_text =
      "sku,item,location,unit_cost,valid_from\nB-1,,,4.00,\nB-1,,,4.50,2026-08-05\n,Soup,Old "
      "Town,1.10,\n,Soup,,9.99,\n";
  ItemCosts const costs = ItemCosts::read(world(), put(folder, "costs.csv", costs_text), options.file);
  EXPECT_EQ(costs.unit_cost("Old Town", "B-1", "Burger", 20669), 400);
  EXPECT_EQ(costs.unit_cost("Old Town", "B-1", "Burger", 20670), 450);
  EXPECT_EQ(costs.unit_cost("Old Town", "x", "Soup", 20670), 110);
  EXPECT_EQ(costs.unit_cost("Elsewhere", "x", "Soup", 20670), 999);
  EXPECT_EQ(costs.unit_cost("Elsewhere", "x", "Pie", 20670), io::missing_integer);
  IngestReport const report = ingest_file(world(), put(folder, "items.csv", toast_header + toast_rows), options, costs);
  EXPECT_EQ(report.without_cost, 1);
  EXPECT_EQ(read_promotions(world(), options.store, "t").range.total, 0);
  std::string const promotions_text =
      "location,item_key,item_name,start,end,kind,price,fixed_cost\n,B-1,,2026-08-01,2026-08-07,discount,$9.00,\n";
  store_promotions(world(), put(folder, "p.csv", promotions_text), options.store, "t", options.file);
  Table const promotions = read_promotions(world(), options.store, "t");
  EXPECT_EQ(promotions.range.total, 1);
  EXPECT_EQ(total(world(), promotions, "price"), 900);
}

TEST(Ingest, ReportReconciles) {
  ScratchFolder const folder;
  IngestOptions const options = options_for(folder, "toast");
  IngestReport const stored =
      ingest_file(world(), put(folder, "items.csv", toast_header + toast_rows), options, ItemCosts());
  std::string const report_text =
      "Master ID,Item ID,Menu Item,Gross Amount (incl voids),Net Amount\n6,5,Burger,36.00,10.00\n10,9,Soup,-6,-5.00\n";
  std::vector<ReportedItem> items;
  ASSERT_TRUE(read_report(world(), put(folder, "report.csv", report_text), options, items));
  EXPECT_FALSE(read_report(world(), folder / "items.csv", options, items));
  Reconciliation const result = reconcile(world(), items, {stored.stored_as});
  EXPECT_EQ(result.items, 2);
  EXPECT_EQ(result.matched, 1);
  EXPECT_EQ(result.net_of_lines, 400);
  ASSERT_EQ(result.differences.size(), 1u);
  EXPECT_EQ(result.differences[0], "Soup: report -5.00, lines -6.00");
}

TEST(Ingest, OrdinalsCountEqualKeysInGlobalOrder) {
  std::vector<Key> const mine{{1, 1}, {2, 2}, {1, 1}, {3, static_cast<std::uint64_t>(world().rank())}};
  std::vector<std::int64_t> const ordinals = ordinals_among_equal(world(), mine);
  EXPECT_EQ(ordinals[0], 2 * world().rank());
  EXPECT_EQ(ordinals[1], world().rank());
  EXPECT_EQ(ordinals[2], 2 * world().rank() + 1);
  EXPECT_EQ(ordinals[3], 0);
}

TEST(Ingest, NamesStayInTheirFolder) {
  for (char const* name : {"", ".", "..", "../x", "a/b", ".hidden", "a b", "a\\b"}) EXPECT_FALSE(is_safe_name(name));
  for (char const* name : {"demo", "Tenant-1_b.c"}) EXPECT_TRUE(is_safe_name(name));
  EXPECT_THROW(sales_folder("store", "../other"), ConfigError);
}

}  // namespace
}  // namespace tidemill::drivers
