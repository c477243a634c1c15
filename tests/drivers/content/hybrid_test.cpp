#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "drivers/context/context_model.hpp"
#include "drivers/hybrid/fit_weights.hpp"
#include "drivers/hybrid/hybrid_model.hpp"
#include "drivers/recommend/reasons.hpp"
#include "drivers/transitions/transition_model.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/interactions.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::make_interactions;
using tests::ScratchFolder;
using tests::world;

constexpr float no_score = -std::numeric_limits<float>::infinity();

/// Users that walk from item to item: mostly i -> i + 1, from a start of their own.
std::vector<std::vector<std::int32_t>> walks(int users, std::int32_t items) {
  std::vector<std::vector<std::int32_t>> lists;
  for (int user = 0; user < users; ++user) {
    auto const draw = kernels::Philox::block(5, static_cast<std::uint64_t>(user), 0, 1);
    std::vector<std::int32_t> list;
    auto item = static_cast<std::int32_t>(draw.word[0] % static_cast<unsigned>(items));
    for (unsigned step = 0; step < draw.word[1] % 7; ++step) {
      if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
      auto const jump = kernels::Philox::block(5, static_cast<std::uint64_t>(user), step + 1, 2).word[0];
      item = static_cast<std::int32_t>((jump % 5 == 0 ? jump / 5 : static_cast<unsigned>(item) + 1) %
                                       static_cast<unsigned>(items));
    }
    lists.push_back(list);
  }
  return lists;
}

std::vector<float> all_scores(Recommender const& model, Interactions const& histories) {
  std::vector<float> scores(static_cast<std::size_t>(histories.users.count * histories.items));
  model.score(histories, 0, histories.users.count, scores);
  return scores;
}

/// The definition of TransitionModel, with a dense matrix.
std::vector<double> reference_transitions(std::vector<std::vector<std::int32_t>> const& lists, std::size_t items,
                                          TransitionParams const& p, std::vector<std::int32_t> const& history) {
  std::vector<double> counts(items * items, 0), users(items, 0), scores(items, 0);
  for (auto const& list : lists) {
    for (std::size_t a = 0; a < list.size(); ++a) {
      users[static_cast<std::size_t>(list[a])] += 1;
      for (std::size_t b = a + 1; b < list.size() && b <= a + static_cast<std::size_t>(p.window); ++b) {
        double const weight = 1 / std::pow(static_cast<double>(b - a), p.distance_power);
        counts[static_cast<std::size_t>(list[a]) * items + static_cast<std::size_t>(list[b])] += weight;
        counts[static_cast<std::size_t>(list[b]) * items + static_cast<std::size_t>(list[a])] += weight * p.backward;
      }
    }
  }
  for (std::size_t h = 0; h < history.size(); ++h) {
    auto const from = static_cast<std::size_t>(history[h]);
    double const recency = std::pow(p.history_decay, static_cast<double>(history.size() - 1 - h));
    for (std::size_t to = 0; to < items; ++to) {
      scores[to] += recency * counts[from * items + to] / std::pow(users[from] + p.shrink, p.source_power) /
                    std::pow(users[to] + p.shrink, p.target_power);
    }
  }
  return scores;
}

TEST(Transitions, AreTheirDefinition) {
  auto const lists = walks(60, 17);
  for (TransitionParams const& params : {TransitionParams{}, TransitionParams{1, 1, 0, 1, .5, .5, 200, 1},
                                         TransitionParams{3, 0, 1, 0, 0, 0, 200, .8}}) {
    Interactions const histories = make_interactions(world(), 17, lists, true);
    auto const model = TransitionModel::train(world(), histories, params);
    std::vector<float> const scores = all_scores(*model, histories);
    for (std::int64_t user = 0; user < histories.users.count; ++user) {
      auto const expected =
          reference_transitions(lists, 17, params, lists[static_cast<std::size_t>(histories.users.first + user)]);
      for (std::size_t i = 0; i < 17; ++i) {
        float const found = scores[static_cast<std::size_t>(user) * 17 + i];
        if (expected[i] == 0) {
          EXPECT_EQ(found, no_score);
        } else {
          EXPECT_NEAR(found, expected[i], 1e-5 * (1 + expected[i]));
        }
      }
    }
  }
}

TEST(Transitions, KeepTheLargestAndNeedAnOrder) {
  TransitionParams params{1, 1, 0, 0, 0, 0, 2, 1};
  // From 0: twice to 3, once each to 1, 2 and 4; equal counts keep the smaller item.
  Interactions const histories = make_interactions(world(), 5, {{0, 3}, {0, 4}, {0, 2}, {0, 1}, {0, 3}}, true);
  auto const model = TransitionModel::train(world(), histories, params);
  EXPECT_EQ(model->next().start, (std::vector<std::int64_t>{0, 2, 2, 2, 2, 2}));
  EXPECT_EQ(model->next().column, (std::vector<std::int32_t>{1, 3}));
  EXPECT_EQ(model->next().value, (std::vector<float>{1, 2}));
  EXPECT_THROW(TransitionModel::train(world(), make_interactions(world(), 5, {{0, 3}, {1, 2}, {0, 1}, {2}}), params),
               ConfigError);
}

TEST(Hybrid, NormalisesPerUserWithoutTheHistory) {
  std::vector<std::int32_t> const history{1};
  std::vector<float> scores{2, 99, 4, no_score, 3, 2};
  normalise_scores(Blend::min_max, history, scores);
  EXPECT_EQ(scores, (std::vector<float>{0, 1, 1, no_score, .5, 0}));
  scores = {2, 99, 4, no_score, 3, 2, 3};
  normalise_scores(Blend::reciprocal_rank, history, scores);
  auto const place = [](int rank) { return static_cast<float>(1 / (60.0 + rank)); };
  EXPECT_EQ(scores, (std::vector<float>{0, 0, place(1), no_score, place(2), 0, place(3)}));
  scores = {7, 7, 7};
  normalise_scores(Blend::min_max, history, scores);
  EXPECT_EQ(scores, (std::vector<float>{0, 0, 0}));
}

/// Scores that are the same for everyone.
class Fixed final : public Recommender {
 public:
  explicit Fixed(std::vector<float> scores) : scores_(std::move(scores)) {}
  std::int64_t items() const override { return static_cast<std::int64_t>(scores_.size()); }
  void save(io::Hdf5File& file, std::string const& group) const override { file.write_all(group + "/scores", scores_); }
  void score(Interactions const&, std::int64_t, std::int64_t count, std::span<float> scores) const override {
    for (std::int64_t user = 0; user < count; ++user) {
      std::copy(scores_.begin(), scores_.end(), scores.begin() + user * static_cast<std::int64_t>(scores_.size()));
    }
  }

 private:
  std::vector<float> scores_;
};

TEST(Hybrid, AddsWhatMembersSayAndIsWholeInItsFile) {
  ScratchFolder const folder;
  auto const a = std::make_shared<Fixed>(std::vector<float>{0, 10, 5, no_score, no_score});
  auto const b = std::make_shared<Fixed>(std::vector<float>{1, 0, 0, 4, no_score});
  HybridModel const model(Blend::min_max, {{"fixed", a, 2}, {"fixed", b, 1}});
  Interactions const histories = make_interactions(world(), 5, {{}, {}, {}, {}});
  std::vector<float> const expected{.25f, 2, 1, 1, no_score};
  for (std::int64_t user = 0; user < histories.users.count; ++user) {
    std::vector<float> const scores = all_scores(model, histories);
    EXPECT_EQ(std::vector<float>(scores.begin() + user * 5, scores.begin() + user * 5 + 5), expected);
  }
  io::commit_hdf5(world(), folder / "m.h5", {"model", "", 1, {}}, [&](io::Hdf5File& file) {
    file.create_group("model");
    model.save(file, "model");
  });
  io::Hdf5File file = io::Hdf5File::open(world(), folder / "m.h5");
  auto const loaded = HybridModel::load(file, "model", [&](std::string const& kind, std::string const& group) {
    EXPECT_EQ(kind, "fixed");
    return std::make_unique<Fixed>(file.read_all<float>(group + "/scores"));
  });
  EXPECT_EQ(all_scores(*loaded, histories), all_scores(model, histories));
}

TEST(Hybrid, RefusesWeightsThatCannotBe) {
  auto const a = std::make_shared<Fixed>(std::vector<float>{0, 1});
  EXPECT_THROW(HybridModel(Blend::min_max, {}), ConfigError);
  EXPECT_THROW(HybridModel(Blend::min_max, {{"fixed", a, -1}}), ConfigError);
  EXPECT_THROW(HybridModel(Blend::min_max, {{"fixed", a, 0}, {"fixed", a, 0}}), ConfigError);
  EXPECT_THROW(blend_named("max"), ConfigError);
}

/// Two members that each know half of the truth: items 0..9 (the first), 10..19 (the second).
struct Halves {
  std::vector<std::shared_ptr<Recommender const>> members;
  Interactions train, relevant;
};
Halves halves(Comm const& comm) {
  std::vector<float> low(40), high(40), noise(40);
  for (std::size_t i = 0; i < 40; ++i) {
    low[i] = i < 10 ? 1.0f - .01f * static_cast<float>(i) : 0.0f;
    high[i] = i >= 10 && i < 20 ? .95f - .01f * static_cast<float>(i) : 0.0f;
    noise[i] = i >= 20 ? 1.0f + static_cast<float>(i) : 0.0f;
  }
  std::vector<std::vector<std::int32_t>> had, wanted;
  for (std::int32_t user = 0; user < 50; ++user) {
    had.push_back({user % 3});
    wanted.push_back(user % 7 == 0 ? std::vector<std::int32_t>{}
                                   : std::vector<std::int32_t>{3 + user % 4, 10 + user % 3});
  }
  return {{std::make_shared<Fixed>(low), std::make_shared<Fixed>(high), std::make_shared<Fixed>(noise)},
          make_interactions(comm, 40, had),
          make_interactions(comm, 40, wanted)};
}

TEST(Hybrid, FitFindsTheUsefulMembersForAnyNumberOfRanks) {
  BlendGoal goal;
  goal.users = 0;
  for (Blend const blend : {Blend::min_max, Blend::reciprocal_rank}) {
    for (std::string const metric : {"ndcg", "recall", "hit"}) {
      goal.metric = metric;
      Halves const all = halves(world());
      BlendFit const fit = fit_weights(world(), all.members, blend, all.train, all.relevant, goal);
      EXPECT_EQ(fit.users_asked, 42);
      EXPECT_EQ(fit.weights[2], 0) << metric;
      if (metric != "hit") {
        EXPECT_GT(fit.value, *std::max_element(fit.alone.begin(), fit.alone.end()) + .01) << metric;
      }
      BlendFit alone;
      if (world().is_root()) {
        Halves const self = halves(Comm::self());
        alone = fit_weights(Comm::self(), self.members, blend, self.train, self.relevant, goal);
        EXPECT_EQ(alone.weights, fit.weights);
        EXPECT_EQ(alone.value, fit.value);
      }
    }
  }
  goal.metric = "map";
  Halves const all = halves(world());
  EXPECT_THROW(fit_weights(world(), all.members, Blend::min_max, all.train, all.relevant, goal), ConfigError);
  goal.metric = "ndcg";
  EXPECT_THROW(fit_weights(world(), all.members, Blend::min_max, all.train, make_interactions(world(), 40, {}), goal),
               DataError);
}

TEST(Transitions, SameFileForAnyNumberOfRanks) {
  ScratchFolder const folder;
  for (int const users : {0, 1, 300}) {
    auto const digest = [&](Comm const& comm, std::string const& name) {
      auto const model = TransitionModel::train(comm, make_interactions(comm, 41, walks(users, 41), true), {});
      return io::commit_hdf5(comm, folder / name, {"model", "", 1, {}}, [&](io::Hdf5File& file) {
        file.create_group("model");
        model->save(file, "model");
      });
    };
    std::string const together = digest(world(), "together.h5");
    std::string const alone = world().is_root() ? digest(Comm::self(), "alone.h5") : "";
    EXPECT_EQ(world().broadcast(alone), together);
  }
}

TEST(Context, TimesHaveDaypartsWeekdaysAndSeasons) {
  std::int64_t const sunday = 1772956800;  // 2026-03-08 08:00
  EXPECT_EQ(values_of_time_context("daypart")[static_cast<std::size_t>(time_context("daypart", sunday))], "breakfast");
  EXPECT_EQ(values_of_time_context("weekday")[static_cast<std::size_t>(time_context("weekday", sunday))], "sunday");
  EXPECT_EQ(values_of_time_context("season")[static_cast<std::size_t>(time_context("season", sunday))], "spring");
  EXPECT_EQ(values_of_time_context("season")[static_cast<std::size_t>(time_context("season", sunday - 86400 * 10))],
            "winter");
  EXPECT_EQ(time_context("daypart", -1), 5);
  EXPECT_EQ(time_context("weekday", -1), 2);  // 1969-12-31 was a Wednesday
  EXPECT_THROW(values_of_time_context("mood"), ConfigError);
}

TEST(Context, LiftIsTheSmoothedRatio) {
  // Item 0: 3 of 4 events at lunch; item 1: 1 of 4; all: 4 of 8.
  ContextColumn column{"daypart", {"lunch", "dinner"}, {}, {}};
  if (world().is_root()) {
    column.item = {0, 0, 0, 0, 1, 1, 1, 1, 1};
    column.code = {0, 0, 0, 1, 0, 1, 1, 1, -1};
  }
  std::vector<float> const lifts = log_lifts(world(), column, 3, 2);
  std::vector<double> const expected{std::log(5.0 / 4), std::log(3.0 / 4), std::log(3.0 / 4), std::log(5.0 / 4), 0, 0};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(lifts[i], expected[i], 1e-7);
}

TEST(Context, ReordersOnlyWhenAsked) {
  auto const base = std::make_shared<Fixed>(std::vector<float>{4, 3, 2, 1});
  ContextColumn column{"channel", {"app", "shop"}, {}, {}};
  for (std::int32_t event = 0; event < 400; ++event) {
    column.item.push_back(event % 4);
    column.code.push_back(event % 4 == 1 || event % 4 == 3 ? 1 : 0);
  }
  if (!world().is_root()) column.item.clear(), column.code.clear();
  for (ContextUse const use : {ContextUse::multiply, ContextUse::add}) {
    ContextParams params;
    params.use = use;
    auto const model = ContextModel::train(world(), "fixed", base, 4, {column}, params);
    Interactions const histories = make_interactions(world(), 4, {{}, {}, {}, {}});
    auto const first = [&] {
      RankedLists const lists = model->top_k(histories, histories, 4);
      return lists.item.empty() ? -1 : lists.item[0];
    };
    if (histories.users.count > 0) {
      EXPECT_EQ(all_scores(*model, histories), all_scores(*base, histories));
      EXPECT_EQ(first(), 0);
      model->choose_context({{"channel", "shop"}});
      EXPECT_EQ(first(), 1);
      model->choose_context({});
      EXPECT_EQ(first(), 0);
    }
    EXPECT_THROW(model->choose_context({{"channel", "phone"}}), ConfigError);
    EXPECT_THROW(model->choose_context({{"daypart", "lunch"}}), ConfigError);
  }
  Fixed without({1});
  EXPECT_THROW(without.choose_context({{"channel", "app"}}), ConfigError);
}

TEST(Reasons, AreTheHistoryItemWithTheLargestShare) {
  auto const lists = walks(80, 13);
  Interactions const histories = make_interactions(world(), 13, lists, true);
  TransitionParams const params;
  auto const model = TransitionModel::train(world(), histories, params);
  RankedLists const top = model->top_k(histories, histories, 5);
  std::vector<std::int32_t> const reasons = reasons_of(*model, histories, top);
  ASSERT_EQ(reasons.size(), top.item.size());
  for (std::int64_t user = 0; user < histories.users.count; ++user) {
    auto const& list = lists[static_cast<std::size_t>(histories.users.first + user)];
    for (std::size_t place = 0; place < 5; ++place) {
      auto const at = static_cast<std::size_t>(user) * 5 + place;
      double best = 0, given = 0;
      for (std::size_t h = 0; top.item[at] >= 0 && h < list.size(); ++h) {
        double const share =
            std::pow(params.history_decay, static_cast<double>(list.size() - 1 - h)) *
            reference_transitions(lists, 13, params, {list[h]})[static_cast<std::size_t>(top.item[at])];
        best = std::max(best, share);
        if (list[h] == reasons[at]) given = share;
      }
      EXPECT_NEAR(given, best, 1e-5);
      EXPECT_EQ(reasons[at] < 0, best == 0);
    }
  }
  // What is the same for everyone has no reason.
  Fixed const same({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13});
  RankedLists const popular = same.top_k(histories, histories, 3);
  EXPECT_EQ(reasons_of(same, histories, popular), std::vector<std::int32_t>(popular.item.size(), -1));
}

}  // namespace
}  // namespace tidemill::drivers
