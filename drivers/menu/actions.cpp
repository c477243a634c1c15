#include <array>
#include <utility>

#include "drivers/menu/placement.hpp"

namespace tidemill::drivers {
namespace {

// Ordered so that the first prefix that fits is the class: "Star, low labour" is advised as a Star.
constexpr std::array<std::pair<std::string_view, std::string_view>, 24> actions{{
    {"Star", "keep recipe, portion and place on the menu; test a small price rise"},
    {"Plowhorse", "popular but thin: raise the price in small steps, trim plate cost, or pair with a high-margin side"},
    {"Puzzle", "earns well but few order it: better place, name or picture; feature it; test a lower price"},
    {"Dog", "neither popular nor profitable: rework it, or take it off the menu"},
    {"NEW", "too few days on the menu to judge: wait"},
    {"NO_COST", "enter the plate cost: without it the margin is unknown"},
    {"NO_SALES", "not sold in the period: check that it is offered and recorded, else remove it"},
    {"SEASONAL_OUT", "not on the menu at the end of the period: judge it in its season"},
    {"Winner", "low food cost and many sold: keep as it is and protect its place"},
    {"Marginal (popular)", "many sold at a high food cost: lower the plate cost or raise the price"},
    {"Marginal (low cost)", "low food cost but few sold: promote it or place it better"},
    {"Loser", "high food cost and few sold: rework or remove"},
    {"Prime", "low food cost and a high total margin: keep and feature"},
    {"Standard", "high total margin at a high food cost: watch the plate cost, raise the price a little"},
    {"Sleeper", "low food cost but a small total margin: sell more of it"},
    {"Problem", "high food cost and a small total margin: rework or remove"},
    {"Keep", "above the average item of the menu: keep"},
    {"Rework", "below the average item of the menu: change price, cost or place, or replace it"},
    {"high total, high unit", "carries the menu: keep and feature"},
    {"high total, low unit", "earns by volume: raise the price in small steps or trim plate cost"},
    {"low total, high unit", "earns per plate but few order it: promote it or place it better"},
    {"high units, high margin", "keep and feature"},
    {"high units, low margin", "raise the price in small steps or trim plate cost"},
    {"low units, high margin", "promote it or place it better"},
}};

}  // namespace

std::string action_for(std::string const& class_name) {
  for (auto const& [name, action] : actions) {
    if (class_name.starts_with(name)) return std::string(action);
  }
  return "weak on both measures: rework or remove";
}

}  // namespace tidemill::drivers
