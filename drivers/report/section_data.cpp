#include <fmt/format.h>

#include "drivers/report/html.hpp"
#include "drivers/report/sections.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

std::vector<std::string> source_row(SourceFile const& source, std::string const& currency) {
  std::int64_t const gap = source.money_read - source.money_accepted - source.money_quarantined;
  return {escape_html(source.name),
          whole_text(source.rows_read),
          whole_text(source.rows_accepted),
          whole_text(source.rows_quarantined),
          price_text(source.money_read, currency),
          price_text(source.money_accepted, currency),
          price_text(source.money_quarantined, currency),
          gap == 0 ? "<span class=\"good\">✓ to the cent</span>"
                   : "<span class=\"bad\">✗ off by " + price_text(gap, currency) + "</span>"};
}

}  // namespace

std::string data_section(ReportData const& data) {
  std::string body = paragraph(
      "Every row of every file was either taken in or set aside with a reason; rows set aside do not count anywhere in "
      "this report. The money columns must add up: in the file = taken in + set aside.");
  std::vector<std::vector<std::string>> rows;
  for (SourceFile const& source : data.sources) rows.push_back(source_row(source, data.currency));
  body += long_table({{"File"},
                      {"Rows read", true},
                      {"Taken in", true, true},
                      {"Set aside", true},
                      {"Net sales in file", true, true},
                      {"Taken in", true, true},
                      {"Set aside", true, true},
                      {"Money adds up"}},
                     rows, 12);
  rows.clear();
  for (QuarantineReason const& reason : data.quarantine) {
    rows.push_back({escape_html(reason.reason), whole_text(reason.rows)});
  }
  if (!rows.empty()) body += "<h3>Why rows were set aside</h3>\n" + long_table({{"Reason"}, {"Rows", true}}, rows, 10);
  return section("data", "Data quality", body);
}

}  // namespace tidemill::drivers::report
