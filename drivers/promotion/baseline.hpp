#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "drivers/promotion/promotion.hpp"

namespace tidemill::drivers {

/// Consecutive promotion days of one item at one location: positions first..last in its days, dates included.
struct PromotionWindow {
  std::int32_t first_day = 0, last_day = 0;
};

/// Expected units of a day without promotion, and the variance of (actual - expected) by chance; NaN when unknown.
struct ExpectedUnits {
  double units = 0, variance = 0;
};

/// Day -> how many promotions of a category run on it at one location; no entry where none does.
using RunningPromotions = std::map<std::int32_t, int>;

struct LikeDay {
  std::int32_t date = 0;
  double units = 0;
};

/// The days of one item at one location, for asking what it would have sold without promotion.
class ItemHistory {
 public:
  /// Days first..last of the panel; `model` holds the expected units of each, NaN where like days must say.
  ItemHistory(SalesPanel const& panel, std::size_t first, std::size_t last, std::vector<double> const& model,
              PromotionParams const& params);

  std::vector<PromotionWindow> const& windows() const { return windows_; }
  /// Days of promotions of the category say little about days without, for any of its items. Must outlive this.
  void set_running(RunningPromotions const& running) { running_ = &running; }
  /// By a window of its own or its dip.
  bool is_touched(std::int32_t date) const;

  /// Position in the panel of the day, or -1.
  std::int64_t at(std::int32_t date) const;
  /// Nothing where the item was not on the menu or the location closed.
  SalesDay const* open_day(std::int32_t date) const;
  /// The nearest same weekdays that no promotion touched, of about the same list price, where there are two; else of
  /// days on which other items were promoted too, else at any price.
  std::vector<LikeDay> like_days(std::int32_t date) const;
  /// From the model, or on the line between the means of like days before and after; the variance from like days.
  ExpectedUnits expected(std::int32_t date) const;
  /// List price on the last day before `date` without promotion; the first such day after it if there is none before.
  double regular_price(std::int32_t date) const;

  struct Change {
    double units = 0, expected = 0, variance = 0;
    std::int64_t days = 0;
    double difference() const { return units - expected; }
  };
  /// Sums over the open days first_day..last_day whose expectation is known.
  Change change(std::int32_t first_day, std::int32_t last_day) const;

 private:
  bool is_plain(std::int64_t position) const;
  /// `price` NaN: any.
  std::vector<LikeDay> like_days(std::int32_t date, double price, bool is_quiet) const;
  void find_windows();
  SalesPanel const& panel_;
  std::size_t first_, last_;
  std::vector<double> const& model_;
  PromotionParams const& params_;
  std::vector<PromotionWindow> windows_;
  std::vector<bool> is_touched_;  ///< by a window or its dip
  RunningPromotions const* running_ = nullptr;
};

}  // namespace tidemill::drivers
