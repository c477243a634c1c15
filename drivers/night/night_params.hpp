#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "drivers/drift/drift.hpp"
#include "drivers/forecast/backtest.hpp"
#include "drivers/gate/gate.hpp"
#include "drivers/gate/slices.hpp"
#include "drivers/ingest/ingest.hpp"
#include "drivers/menu/menu.hpp"
#include "drivers/night/item_days.hpp"
#include "drivers/pricing/elasticity.hpp"
#include "drivers/pricing/price_advice.hpp"
#include "drivers/promotion/promotion.hpp"
#include "drivers/sales/daily_sales.hpp"
#include "drivers/trend/trend.hpp"

namespace tidemill::drivers {

/// One raw export to take in.
struct IngestSource {
  std::string adapter;
  std::filesystem::path file;
  std::string location;  ///< for exports that name none
};

/// Whether a newly trained model takes the champion's place.
struct NightGate {
  bool is_enabled = true;
  bool refresh_must_gain = false;                    ///< the same recipe on newer data has to show a gain too
  std::vector<std::string> metrics{"wape", "bias"};  ///< the target first, then the guardrails
  GateParams params{.tolerance = 0.05};
  SliceParams slices;  ///< parts of the business that may keep a champion of their own
};

/// Everything a night can be told. Each step gets the lines of `config` that belong to it as part of its key.
struct NightParams {
  std::filesystem::path store;
  std::string tenant;
  std::optional<std::int64_t> date;  ///< sales after this business date are left out; none: all there are
  std::uint64_t seed = 1;
  double checkpoint_seconds = 60;

  std::vector<IngestSource> sources;  ///< none: the sales that the store holds
  IngestOptions ingest;               ///< what all sources share
  std::filesystem::path costs, promotions;
  DailySalesParams daily;
  BacktestParams backtest;  ///< holds the forecast's parameters too
  NightGate gate;
  ItemDaysParams item_days;
  ElasticityParams elasticity;
  PriceParams price;
  bool price_by_model = false;  ///< the demand model answers what a price would sell; else the elasticity does
  MenuParams menu;
  PromotionParams promotion;
  std::int64_t pair_orders = 50;  ///< bought together: in at least so many orders ...
  double pair_lift = 1.3;         ///< ... and so many times as often as by chance
  StrategyParams strategy;
  DriftParams drift;
  std::int64_t drift_days = 14;            ///< the newest so many days are compared ...
  std::int64_t drift_reference_days = 84;  ///< ... with so many before them
  TrendParams trend;

  /// What sales_inputs found, so that it is read once per run; emptied when the store changes.
  std::shared_ptr<std::map<std::string, std::string>> store_digests =
      std::make_shared<std::map<std::string, std::string>>();

  /// Canonical lines of the options, by section: ingest, daily, forecast, backtest, gate, price, menu, promotion,
  /// trend.
  std::map<std::string, std::string> config;
  std::string config_of(std::string const& section) const {
    auto const found = config.find(section);
    return found == config.end() ? std::string() : found->second;
  }
  /// The same for a step that reads sales lines itself.
  std::string config_of_lines(std::string const& section) const {
    return config_of(section) + (date ? "date = " + std::to_string(*date) + "\n" : "");
  }
};

}  // namespace tidemill::drivers
