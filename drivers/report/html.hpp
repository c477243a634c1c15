#pragma once

#include <string>
#include <vector>

#include "drivers/report/time_chart.hpp"

namespace tidemill::drivers::report {

struct TableColumn {
  std::string title;
  bool is_number = false;
  bool is_for_wide = false;  ///< left out on a phone
};

/// A table of cells that are HTML already. Empty rows give a sentence saying that there is nothing to show.
std::string html_table(std::vector<TableColumn> const& columns, std::vector<std::vector<std::string>> const& rows);

/// The rows beyond `shown` are folded away behind "Show all N rows" (they are printed, and need no script).
std::string long_table(std::vector<TableColumn> const& columns, std::vector<std::vector<std::string>> const& rows,
                       std::size_t shown);

/// A chart drawn twice, for wide screens and paper and for phones; the style sheet shows one.
std::string for_wide_and_narrow(std::string const& wide, std::string const& narrow);

std::string paragraph(std::string const& html, std::string const& style = {});

/// Titles, panels and their texts come from data: escaped here. `body` is HTML.
std::string section(std::string const& id, std::string const& title, std::string const& body);
std::string figure(std::string const& caption, std::string const& drawing);

extern char const* const style_sheet;

}  // namespace tidemill::drivers::report
