#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "drivers/interactions/read_interactions.hpp"
#include "drivers/recommend/recommender.hpp"

namespace tidemill::drivers {

/// Contexts that a time implies: daypart (night 0-5 h, breakfast 5-11, lunch 11-15, afternoon 15-17, dinner 17-22,
/// late from 22 on), weekday (monday .. sunday), season (spring from March, summer from June, autumn from September,
/// winter from December). Throws ConfigError for another name.
std::vector<std::string> values_of_time_context(std::string const& context);
/// Index into these of a time, seconds since 1970-01-01 on the clock of the place.
std::int32_t time_context(std::string const& context, std::int64_t time);
bool is_time_context(std::string const& context);

/// One thing that is known of the moment of each interaction.
struct ContextColumn {
  std::string name;
  std::vector<std::string> values;  ///< the same on every rank
  std::vector<std::int32_t> item;   ///< this rank's events: item ...
  std::vector<std::int32_t> code;   ///< ... and index into `values`; -1: unknown, not counted
};

/// Collective. The events of the interactions' times.
ContextColumn time_context_column(io::Comm const& comm, std::string const& context, Interactions const& interactions);

/// Collective. The events of the rows of the files that `interactions` were read from: a column of names such as the
/// channel. Rows that were set aside or lie below the threshold of the format are no events. Throws DataError for a
/// column that is not there, ConfigError for files with a line per user.
ContextColumn table_context_column(io::Comm const& comm, std::string const& context,
                                   std::span<std::filesystem::path const> files, InteractionFormat const& format,
                                   Interactions const& interactions);

enum class ContextUse {
  multiply,  ///< score = normalised base score x product of lift^weight
  add,       ///< score = normalised base score + weight x sum of ln lift
};
std::string_view name_of(ContextUse use);
ContextUse context_use_named(std::string const& name);

struct ContextParams {
  double shrink = 10;  ///< events added to the observed and to the expected
  double weight = 1;
  ContextUse use = ContextUse::multiply;
};

/// How much likelier an item is in a context than elsewhere, smoothed: with n_iv events of item i in value v, n_i and
/// N_v the totals of the item and of the value, N all events and e = n_i N_v / N,
///   lift = (n_iv + shrink) / (e + shrink),  an estimate of P(item | context) / P(item).
/// Returned as natural logarithms, items x values. Counts are exact. Collective.
std::vector<float> log_lifts(io::Comm const& comm, ContextColumn const& column, std::int64_t items, double shrink);

/// A recommender whose lists fit the moment: the base model's scores, normalised per user to 0 .. 1 (min-max over items
/// not in the history), times or plus the lift of the chosen contexts. Without a chosen context it is the base model.
class ContextModel final : public Recommender {
 public:
  struct Lifts {
    std::string name;
    std::vector<std::string> values;
    std::vector<float> log_lift;  ///< items x values
  };
  ContextModel(std::string base_kind, std::shared_ptr<Recommender const> base, std::vector<Lifts> lifts,
               ContextParams params);
  /// Collective.
  static std::unique_ptr<ContextModel> train(io::Comm const& comm, std::string base_kind,
                                             std::shared_ptr<Recommender const> base, std::int64_t items,
                                             std::vector<ContextColumn> const& columns, ContextParams const& params);
  using LoadMember = std::function<std::unique_ptr<Recommender>(std::string const& kind, std::string const& group)>;
  /// Collective.
  static std::unique_ptr<ContextModel> load(io::Hdf5File& file, std::string const& group,
                                            LoadMember const& load_member);

  /// Chooses the moment to recommend for: context name -> value. Throws ConfigError for a name or value it has not.
  void choose_context(std::map<std::string, std::string> const& values) override;

  std::int64_t items() const override { return base_->items(); }
  void save(io::Hdf5File& file, std::string const& group) const override;
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override;
  RankedLists top_k(Interactions const& histories, Interactions const& removed, int k) const override;
  std::vector<float> history_weights(Interactions const& histories, std::int64_t local_user) const override;
  std::map<std::string, double> facts() const override;

 private:
  std::string base_kind_;
  std::shared_ptr<Recommender const> base_;
  std::vector<Lifts> lifts_;
  ContextParams params_;
  std::vector<float> chosen_;  ///< per item: weight x sum of ln lift; empty: no context
};

}  // namespace tidemill::drivers
