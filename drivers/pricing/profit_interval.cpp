#include <algorithm>
#include <cmath>
#include <numbers>

#include "drivers/pricing/price_location.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

double normal_draw(std::uint64_t seed, std::uint64_t id, std::uint32_t step) {
  constexpr std::uint32_t purpose = 0x70726963;  // "pric"
  auto const block = kernels::Philox::block(seed, id, step, purpose);
  double const radius = std::sqrt(-2 * std::log(1 - kernels::Philox::uniform(block.word[0], block.word[1])));
  return radius * std::cos(2 * std::numbers::pi * kernels::Philox::uniform(block.word[2], block.word[3]));
}

/// Mean units of the base days, drawn with replacement.
double resampled_units(PriceItem const& item, std::uint64_t seed, std::uint32_t step) {
  constexpr std::uint32_t purpose = 0x64617973;  // "days"
  std::size_t const days = item.daily.size();
  double sum = 0;
  for (std::size_t d = 0; d < days; ++d) {
    std::uint64_t const id = (static_cast<std::uint64_t>(item.item) << 20 ^ d) ^ item.day_keys[d] << 8;
    std::uint64_t const word = kernels::Philox::block(seed, id, step, purpose).word[0];
    sum += item.daily[static_cast<std::size_t>(word * days >> 32)];
  }
  return sum / static_cast<double>(days);
}

}  // namespace

void draw_resamples(PriceItem& item, PriceParams const& params) {
  for (int b = 0; b < params.resamples; ++b) {
    auto const step = static_cast<std::uint32_t>(b);
    item.drawn_units.push_back(resampled_units(item, params.seed, step));
    // One draw per item for all its locations: they share the estimate, so they share its error.
    item.drawn_slopes.push_back(item.elasticity->error *
                                normal_draw(params.seed, static_cast<std::uint64_t>(item.item), step));
  }
}

ProfitInterval profit_interval(PriceItem const& item, PricePoint const& point, ProfitKind kind) {
  std::vector<double> profits;
  for (std::size_t b = 0; b < item.drawn_units.size(); ++b) {
    double const response = point.units / item.units * std::pow(point.price / item.price, item.drawn_slopes[b]);
    double const profit = (point.price - item.cost) * item.drawn_units[b] * response;
    double const now = (item.price - item.cost) * item.drawn_units[b];
    profits.push_back(kind == ProfitKind::gain ? profit - now : profit);
  }
  if (profits.empty()) return {std::nan(""), std::nan("")};
  std::sort(profits.begin(), profits.end());
  auto const quantile = [&](double q) {
    return profits[static_cast<std::size_t>(std::floor(q * static_cast<double>(profits.size() - 1) + 0.5))];
  };
  return {quantile(0.05), quantile(0.95)};
}

}  // namespace tidemill::drivers
