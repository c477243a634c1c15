#include "drivers/hybrid/hybrid_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/error.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {
namespace {

constexpr float no_score = -std::numeric_limits<float>::infinity();
constexpr std::size_t ranks_that_count = 1000;
constexpr double rank_offset = 60;

/// Items in question: finite and not in the history. With their smallest and largest score.
struct InQuestion {
  std::vector<std::int32_t> items;
  float smallest = std::numeric_limits<float>::infinity();
  float largest = no_score;
};

InQuestion in_question(std::span<std::int32_t const> history, std::span<float const> scores) {
  InQuestion result;
  std::size_t h = 0;
  for (std::size_t item = 0; item < scores.size(); ++item) {
    if (h < history.size() && static_cast<std::size_t>(history[h]) == item) {
      ++h;
      continue;
    }
    if (!std::isfinite(scores[item])) continue;
    result.items.push_back(static_cast<std::int32_t>(item));
    result.smallest = std::min(result.smallest, scores[item]);
    result.largest = std::max(result.largest, scores[item]);
  }
  return result;
}

void spread_evenly(InQuestion const& question, std::span<float> scores) {
  float const range = question.largest - question.smallest;
  for (float& score : scores) {
    if (score == no_score) continue;
    // A history item may lie outside of what the others span.
    score = range > 0 ? std::clamp((score - question.smallest) / range, 0.0f, 1.0f) : 0.0f;
  }
}

void spread_by_rank(InQuestion& question, std::span<float> scores) {
  std::vector<std::int32_t>& items = question.items;
  std::erase_if(items, [&](std::int32_t item) { return scores[static_cast<std::size_t>(item)] == question.smallest; });
  auto const better = [&](std::int32_t a, std::int32_t b) {
    float const x = scores[static_cast<std::size_t>(a)], y = scores[static_cast<std::size_t>(b)];
    return x != y ? x > y : a < b;
  };
  std::size_t const count = std::min(items.size(), ranks_that_count);
  std::partial_sort(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count), items.end(), better);
  for (float& score : scores) score = score == no_score ? no_score : 0.0f;
  for (std::size_t r = 0; r < count; ++r) {
    scores[static_cast<std::size_t>(items[r])] = static_cast<float>(1 / (rank_offset + static_cast<double>(r + 1)));
  }
}

std::string member_group(std::string const& group, std::size_t member) {
  return fmt::format("{}/members/{:02}", group, member);
}

}  // namespace

std::string_view name_of(Blend blend) { return blend == Blend::min_max ? "min-max" : "reciprocal-rank"; }

Blend blend_named(std::string const& name) {
  for (Blend const blend : {Blend::min_max, Blend::reciprocal_rank}) {
    if (name == name_of(blend)) return blend;
  }
  throw ConfigError("--blend: expected min-max or reciprocal-rank, found '" + name + "'");
}

void normalise_scores(Blend blend, std::span<std::int32_t const> history, std::span<float> scores) {
  for (float& score : scores) score = std::isnan(score) ? no_score : score;
  InQuestion question = in_question(history, scores);
  if (blend == Blend::min_max) {
    spread_evenly(question, scores);
  } else {
    spread_by_rank(question, scores);
  }
}

HybridModel::HybridModel(Blend blend, std::vector<HybridMember> members) : blend_(blend), members_(std::move(members)) {
  if (members_.empty()) throw ConfigError("a hybrid needs members; name them with --members, as itemknn,content");
  double sum = 0;
  for (HybridMember const& member : members_) {
    if (!(member.weight >= 0)) throw ConfigError("weights of a hybrid must be 0 or more");
    sum += member.weight;
  }
  if (!(sum > 0)) throw ConfigError("at least one weight of a hybrid must be above 0");
}

void HybridModel::save(io::Hdf5File& file, std::string const& group) const {
  file.set_attribute(group, "blend", std::string(name_of(blend_)));
  file.set_attribute(group, "members", static_cast<std::int64_t>(members_.size()));
  for (std::size_t m = 0; m < members_.size(); ++m) {
    std::string const at = member_group(group, m);
    file.create_group(at);
    file.set_attribute(at, "kind", members_[m].kind);
    file.set_attribute(at, "weight", members_[m].weight);
    file.create_group(at + "/model");
    members_[m].model->save(file, at + "/model");
  }
}

std::unique_ptr<HybridModel> HybridModel::load(io::Hdf5File& file, std::string const& group,
                                               LoadMember const& load_member) {
  std::vector<HybridMember> members;
  std::int64_t const count = file.integer_attribute(group, "members");
  if (count < 1) throw DataError(file.path().string() + ": a hybrid without members; train the model again");
  for (std::size_t m = 0; m < static_cast<std::size_t>(count); ++m) {
    std::string const at = member_group(group, m);
    std::string const kind = file.text_attribute(at, "kind");
    members.push_back({kind, load_member(kind, at + "/model"), file.real_attribute(at, "weight")});
  }
  return std::make_unique<HybridModel>(blend_named(file.text_attribute(group, "blend")), std::move(members));
}

void HybridModel::score(Interactions const& histories, std::int64_t first, std::int64_t count,
                        std::span<float> scores) const {
  auto const items = static_cast<std::size_t>(histories.items);
  std::fill(scores.begin(), scores.end(), no_score);
  std::vector<float> own(scores.size());
  for (HybridMember const& member : members_) {
    if (member.weight == 0) continue;
    auto const weight = static_cast<float>(member.weight);
    member.model->score(histories, first, count, own);
    for (std::int64_t user = 0; user < count; ++user) {
      auto const row = static_cast<std::size_t>(user) * items;
      normalise_scores(blend_, histories.items_of(first + user), std::span(own).subspan(row, items));
    }
    for (std::size_t at = 0; at < own.size(); ++at) {
      if (own[at] == no_score) continue;
      float const more = weight * own[at];
      scores[at] = scores[at] == no_score ? more : scores[at] + more;
    }
  }
}

std::vector<float> HybridModel::history_weights(Interactions const& histories, std::int64_t local_user) const {
  HybridMember const* heaviest = &members_.front();
  for (HybridMember const& member : members_) {
    if (member.weight > heaviest->weight) heaviest = &member;
  }
  return heaviest->model->history_weights(histories, local_user);
}

std::map<std::string, double> HybridModel::facts() const {
  std::map<std::string, double> facts;
  for (std::size_t m = 0; m < members_.size(); ++m) {
    facts[fmt::format("weight_{}_{}", m + 1, members_[m].kind)] = members_[m].weight;
  }
  return facts;
}

}  // namespace tidemill::drivers
