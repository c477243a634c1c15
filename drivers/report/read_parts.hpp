#pragma once

#include <filesystem>

#include "drivers/report/night_tables.hpp"
#include "drivers/report/report_data.hpp"

namespace tidemill::drivers::report {

// The parts of read_night, one file each.
void read_demand(NightTable const& item_days, ReportData& data);
void read_menu(NightTable const& menu, ReportData& data);
void read_prices(NightTable const& prices, NightTable const& curves, NightTable const& elasticities, ReportData& data);
void read_promotions(NightTable const& effects, NightTable const& strategies, ReportData& data);
void read_trends(NightTable const& trends, NightTable const& item_days, ReportData& data);
void read_backtest(NightTable const& metrics, ReportData& data);
void read_sources(NightTable const& sources, NightTable const& quarantine, ReportData& data);
/// gate.json of the night; nothing there is fine.
void read_gate(std::filesystem::path const& gate_file, ReportData& data);

}  // namespace tidemill::drivers::report
