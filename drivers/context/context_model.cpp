#include "drivers/context/context_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/hybrid/hybrid_model.hpp"
#include "io/error.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {
namespace {

std::string lifts_group(std::string const& group, std::size_t context) {
  return fmt::format("{}/contexts/{:02}", group, context);
}

}  // namespace

std::string_view name_of(ContextUse use) { return use == ContextUse::multiply ? "multiply" : "add"; }

ContextUse context_use_named(std::string const& name) {
  for (ContextUse const use : {ContextUse::multiply, ContextUse::add}) {
    if (name == name_of(use)) return use;
  }
  throw ConfigError("--context-use: expected multiply or add, found '" + name + "'");
}

std::vector<float> log_lifts(io::Comm const& comm, ContextColumn const& column, std::int64_t items, double shrink) {
  std::size_t const width = column.values.size();
  std::vector<std::int64_t> events(static_cast<std::size_t>(items) * width, 0);
  for (std::size_t e = 0; e < column.item.size(); ++e) {
    if (column.code[e] < 0) continue;
    ++events[static_cast<std::size_t>(column.item[e]) * width + static_cast<std::size_t>(column.code[e])];
  }
  comm.sum(std::span<std::int64_t>(events));
  std::vector<std::int64_t> of_value(width, 0);
  std::int64_t all = 0;
  for (std::size_t at = 0; at < events.size(); ++at) {
    of_value[at % width] += events[at];
    all += events[at];
  }
  std::vector<float> lifts(events.size(), 0.0f);
  if (all == 0) return lifts;
  for (std::size_t item = 0; item < static_cast<std::size_t>(items); ++item) {
    std::int64_t of_item = 0;
    for (std::size_t v = 0; v < width; ++v) of_item += events[item * width + v];
    for (std::size_t v = 0; v < width; ++v) {
      double const expected =
          static_cast<double>(of_item) * static_cast<double>(of_value[v]) / static_cast<double>(all);
      double const observed = static_cast<double>(events[item * width + v]);
      if (expected + shrink > 0 && observed + shrink > 0) {
        lifts[item * width + v] = static_cast<float>(std::log((observed + shrink) / (expected + shrink)));
      }
    }
  }
  return lifts;
}

ContextModel::ContextModel(std::string base_kind, std::shared_ptr<Recommender const> base, std::vector<Lifts> lifts,
                           ContextParams params)
    : base_kind_(std::move(base_kind)), base_(std::move(base)), lifts_(std::move(lifts)), params_(params) {}

std::unique_ptr<ContextModel> ContextModel::train(io::Comm const& comm, std::string base_kind,
                                                  std::shared_ptr<Recommender const> base, std::int64_t items,
                                                  std::vector<ContextColumn> const& columns,
                                                  ContextParams const& params) {
  if (!(params.shrink > 0)) throw ConfigError("--context-shrink must be above 0");
  if (columns.empty())
    throw ConfigError("a context model needs contexts; name them with --contexts, as daypart,season");
  std::vector<Lifts> lifts;
  for (ContextColumn const& column : columns) {
    lifts.push_back({column.name, column.values, log_lifts(comm, column, items, params.shrink)});
  }
  return std::make_unique<ContextModel>(std::move(base_kind), std::move(base), std::move(lifts), params);
}

void ContextModel::choose_context(std::map<std::string, std::string> const& values) {
  chosen_.clear();
  std::vector<std::string> names;
  for (Lifts const& lifts : lifts_) names.push_back(lifts.name);
  for (auto const& [name, value] : values) {
    auto const at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      throw ConfigError(
          fmt::format("--context: the model knows no context '{}'; it knows {}", name, fmt::join(names, ", ")));
    }
    Lifts const& lifts = lifts_[static_cast<std::size_t>(at - names.begin())];
    auto const found = std::find(lifts.values.begin(), lifts.values.end(), value);
    if (found == lifts.values.end()) {
      throw ConfigError(fmt::format("--context: '{}' is no value of context '{}'; did you mean '{}'? Values: {}", value,
                                    name, io::nearest_name(value, lifts.values), fmt::join(lifts.values, ", ")));
    }
    auto const v = static_cast<std::size_t>(found - lifts.values.begin());
    std::size_t const width = lifts.values.size();
    chosen_.resize(lifts.log_lift.size() / width, 0.0f);
    for (std::size_t item = 0; item < chosen_.size(); ++item) {
      chosen_[item] += static_cast<float>(params_.weight) * lifts.log_lift[item * width + v];
    }
  }
}

void ContextModel::save(io::Hdf5File& file, std::string const& group) const {
  file.set_attribute(group, "base", base_kind_);
  file.set_attribute(group, "use", std::string(name_of(params_.use)));
  file.set_attribute(group, "weight", params_.weight);
  file.set_attribute(group, "shrink", params_.shrink);
  file.set_attribute(group, "contexts", static_cast<std::int64_t>(lifts_.size()));
  for (std::size_t c = 0; c < lifts_.size(); ++c) {
    std::string const at = lifts_group(group, c);
    file.create_group(at);
    file.set_attribute(at, "name", lifts_[c].name);
    file.write_texts(at + "/values", lifts_[c].values);
    file.write_all(at + "/log_lift", lifts_[c].log_lift);
  }
  file.create_group(group + "/base");
  base_->save(file, group + "/base");
}

std::unique_ptr<ContextModel> ContextModel::load(io::Hdf5File& file, std::string const& group,
                                                 LoadMember const& load_member) {
  ContextParams params;
  params.use = context_use_named(file.text_attribute(group, "use"));
  params.weight = file.real_attribute(group, "weight");
  params.shrink = file.real_attribute(group, "shrink");
  std::vector<Lifts> lifts;
  std::int64_t const count = file.integer_attribute(group, "contexts");
  for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) {
    std::string const at = lifts_group(group, c);
    lifts.push_back(
        {file.text_attribute(at, "name"), file.read_texts(at + "/values"), file.read_all<float>(at + "/log_lift")});
  }
  std::string const kind = file.text_attribute(group, "base");
  std::shared_ptr<Recommender const> const base = load_member(kind, group + "/base");
  for (Lifts const& each : lifts) {
    if (each.values.empty() || each.log_lift.size() != each.values.size() * static_cast<std::size_t>(base->items())) {
      throw DataError(
          fmt::format("{}: the lifts of context '{}' do not fit its {} values and {} items; train the model "
                      "again",
                      file.path().string(), each.name, each.values.size(), base->items()));
    }
  }
  return std::make_unique<ContextModel>(kind, base, std::move(lifts), params);
}

void ContextModel::score(Interactions const& histories, std::int64_t first, std::int64_t count,
                         std::span<float> scores) const {
  base_->score(histories, first, count, scores);
  if (chosen_.empty()) return;
  auto const items = static_cast<std::size_t>(histories.items);
  std::vector<float> factor(chosen_);
  if (params_.use == ContextUse::multiply) {
    for (float& lift : factor) lift = static_cast<float>(std::exp(static_cast<double>(lift)));
  }
  for (std::int64_t user = 0; user < count; ++user) {
    std::span<float> const row = scores.subspan(static_cast<std::size_t>(user) * items, items);
    normalise_scores(Blend::min_max, histories.items_of(first + user), row);
    for (std::size_t item = 0; item < items; ++item) {
      if (std::isinf(row[item])) continue;
      row[item] = params_.use == ContextUse::multiply ? row[item] * factor[item] : row[item] + factor[item];
    }
  }
}

RankedLists ContextModel::top_k(Interactions const& histories, Interactions const& removed, int k) const {
  return chosen_.empty() ? base_->top_k(histories, removed, k) : Recommender::top_k(histories, removed, k);
}

std::vector<float> ContextModel::history_weights(Interactions const& histories, std::int64_t local_user) const {
  return base_->history_weights(histories, local_user);
}

std::map<std::string, double> ContextModel::facts() const {
  std::map<std::string, double> facts = base_->facts();
  facts["contexts"] = static_cast<double>(lifts_.size());
  return facts;
}

}  // namespace tidemill::drivers
