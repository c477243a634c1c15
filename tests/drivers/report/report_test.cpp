#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "drivers/report/bar_chart.hpp"
#include "drivers/report/labels.hpp"
#include "drivers/report/page.hpp"
#include "drivers/report/price_chart.hpp"
#include "drivers/report/quadrant_chart.hpp"
#include "drivers/report/scale.hpp"
#include "drivers/report/text.hpp"
#include "tests/drivers/report/report_fixture.hpp"

namespace tidemill::drivers::report {
namespace {

TEST(ReportText, NumbersForPeople) {
  EXPECT_EQ(whole_text(1234567), "1,234,567");
  EXPECT_EQ(whole_text(-12), "−12");
  EXPECT_EQ(whole_text(io::missing_integer), "not known");
  EXPECT_EQ(number_text(1234.56, 1), "1,234.6");
  EXPECT_EQ(number_text(-0.04, 1), "0.0");
  EXPECT_EQ(number_text(std::nan(""), 1), "not known");
  EXPECT_EQ(percent_text(0.1234, 1), "12.3\u00a0%");
  EXPECT_EQ(signed_percent_text(0.05), "+5\u00a0%");
  EXPECT_EQ(signed_percent_text(-0.05), "−5\u00a0%");
  EXPECT_EQ(price_text(123450, "EUR"), "€1,234.50");
  EXPECT_EQ(price_text(-7, "CHF"), "−CHF\u00a00.07");
  EXPECT_EQ(money_text(123450, "USD"), "$1,235");
  EXPECT_EQ(money_text(-20, "USD"), "$0");
  EXPECT_EQ(money_text(io::missing_integer, "USD"), "not known");
  EXPECT_EQ(signed_money_text(5000, "GBP"), "+£50");
  EXPECT_EQ(day_text(20778), "Sat 21 Nov 2026");
  EXPECT_EQ(duration_text(65), "1 min 05 s");
  EXPECT_EQ(bytes_text(12345678), "12 MB");
  EXPECT_EQ(shortened("Crème brûlée", 5), "Crèm…");
  EXPECT_EQ(shortened("Soup", 5), "Soup");
}

TEST(ReportText, NothingFromDataIsMarkup) {
  EXPECT_EQ(escape_html("<a href='x'>&\"\x01"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot; ");
}

TEST(ReportScale, TicksAreRoundAndCover) {
  EXPECT_EQ(nice_ticks(0, 97, 5), (std::vector<double>{0, 20, 40, 60, 80, 100}));
  EXPECT_EQ(nice_ticks(-3, 4, 4), (std::vector<double>{-4, -2, 0, 2, 4}));
  EXPECT_EQ(nice_ticks(0, 0, 4).front(), 0);
  EXPECT_GT(nice_ticks(0, 0, 4).back(), 0);
  for (double const high : {0.003, 7.0, 1234567.0}) {
    std::vector<double> const ticks = nice_ticks(0, high, 5);
    EXPECT_GE(ticks.back(), high * 0.999999);
    EXPECT_LE(ticks.size(), 9u);
  }
  EXPECT_EQ(decimals_of_step({0, 0.05}), 2);
  EXPECT_EQ(decimals_of_step({0, 20}), 0);
}

TEST(ReportLabels, NoLabelCoversAnotherOrAPoint) {
  std::vector<Point> points;
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    points.push_back({300 * draw(i), 200 * draw(i + 100)});
    names.push_back("item number " + std::to_string(i));
  }
  Box const area{0, 0, 300, 200};
  Box const corner{0, 0, 80, 16};
  std::vector<PlacedLabel> const placed = place_labels(points, names, 11, 5, area, {corner});
  int count = 0;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    if (!placed[i].is_placed) continue;
    ++count;
    EXPECT_TRUE(area.contains(placed[i].box));
    EXPECT_FALSE(placed[i].box.overlaps(corner));
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(placed[j].is_placed && placed[i].box.overlaps(placed[j].box));
    }
    for (Point const& point : points) {
      EXPECT_FALSE(placed[i].box.overlaps({point.x - 5, point.y - 5, point.x + 5, point.y + 5}));
    }
  }
  EXPECT_GT(count, 5);
  EXPECT_LT(count, 60);
}

TEST(ReportPage, IsSelfContainedAndEscaped) {
  std::string const page = draw_page(example_report());
  for (char const* forbidden :
       {"<script", "http:", "https:", "src=", "<b>,", "\"nan", ",nan", ">nan", "NaN", "-9223372036854775808"}) {
    EXPECT_EQ(page.find(forbidden), std::string::npos) << forbidden;
  }
  EXPECT_NE(page.find("&lt;script&gt;alert(1)"), std::string::npos);
  EXPECT_NE(page.find("Harbour &amp; Sons &lt;b&gt;"), std::string::npos);
  EXPECT_NE(page.find("not known"), std::string::npos);
  EXPECT_NE(page.find("sales: units &lt;b&gt;"), std::string::npos);
  EXPECT_NE(page.find("units &lt;b&gt; has shifted"), std::string::npos);
  EXPECT_NE(page.find("Drinks &amp; &lt;i&gt;"), std::string::npos) << "a slice of the gate";
}

/// Every opened element is closed in order; void elements and self-closing ones aside.
TEST(ReportPage, ElementsAreBalanced) {
  std::string const page = draw_page(example_report());
  std::regex const tag("<(/?)([a-z0-9]+)[^>]*?(/?)>");
  std::vector<std::string> open;
  for (std::sregex_iterator at(page.begin(), page.end(), tag), end; at != end; ++at) {
    std::string const name = (*at)[2];
    if (name == "meta" || (*at)[3] == "/") continue;
    if ((*at)[1] == "/") {
      ASSERT_FALSE(open.empty());
      ASSERT_EQ(open.back(), name);
      open.pop_back();
    } else {
      open.push_back(name);
    }
  }
  EXPECT_TRUE(open.empty());
}

TEST(ReportPage, AnEmptyNightStillDraws) {
  ReportData empty;
  empty.headline = {io::missing_integer, io::missing_integer, io::missing_integer, 0, 0};
  std::string const page = draw_page(empty);
  EXPECT_NE(page.find("No sales to draw."), std::string::npos);
  EXPECT_NE(page.find("not known"), std::string::npos);
  EXPECT_EQ(page.find("\"nan"), std::string::npos);
  EXPECT_EQ(page.find(",nan"), std::string::npos);
}

TEST(ReportCharts, BarsReachTheirValues) {
  std::string const drawing = draw_bars({{"gain", 10, "+10", "", "bar"},
                                         {"loss", -5, "−5", "", "bar-bad"},
                                         {"unknown", std::nan(""), "not known", "", "bar"}},
                                        "bars", 600);
  std::regex const bar("<rect class=\"(bar[a-z-]*)\"[^>]* width=\"([0-9.]+)\"");
  std::vector<double> widths;
  for (std::sregex_iterator at(drawing.begin(), drawing.end(), bar), end; at != end; ++at)
    widths.push_back(std::stod((*at)[2]));
  ASSERT_EQ(widths.size(), 2u);
  EXPECT_NEAR(widths[0], 2 * widths[1], 0.2);
  EXPECT_EQ(draw_bars({}, "none", 600), "");
}

TEST(ReportCharts, SingularInputsDraw) {
  PriceAdvice flat{"x", "", 100, 100, 0, 0, 0, 0, "", "", {{100, 5}, {100, 5}}};
  EXPECT_EQ(draw_price_chart(flat, "EUR", {300, 150}).find("nan"), std::string::npos);
  EXPECT_EQ(draw_price_chart({}, "EUR", {300, 150}), "");
  DemandPanel one{"x", {{20000, 5}}, {}, {}};
  EXPECT_EQ(draw_time_chart(one, {300, 150}).find("nan"), std::string::npos);
  EXPECT_EQ(draw_sparkline({}, "x", "line-steady").find("nan"), std::string::npos);
  EXPECT_NE(draw_quadrant_chart({}, "EUR", {300, 300}).find("</svg>"), std::string::npos);
}

}  // namespace
}  // namespace tidemill::drivers::report
