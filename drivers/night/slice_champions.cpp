#include "drivers/night/slice_champions.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "drivers/gate/units.hpp"

namespace tidemill::drivers {
namespace {

/// The rows of all slices that `version` serves, taken from those that it and the challenger both forecast.
void add_rows_served(io::Comm const& comm, SliceContest const& contest, DemandVersion const& version,
                     std::set<std::string> const& served, std::vector<SliceRows>& all) {
  PairedRows const rows = paired_rows(pair_forecasts(comm, version.judged, contest.challenger), contest.gate.metrics);
  std::vector<PairedRows> parts = rows_by_slice(rows, contest.map);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string const& name = contest.map.names[i];
    if (served.contains(name)) all.push_back({name, version.info.version, std::move(parts[i])});
  }
}

std::vector<SliceRows> rows_of_contest(io::Comm const& comm, SliceContest const& contest) {
  std::map<std::string, std::set<std::string>> served;  // slices by version
  for (std::string const& name : contest.map.names) {
    auto const own = contest.own_champions.find(name);
    if (own != contest.own_champions.end()) served[own->second].insert(name);
  }
  std::vector<SliceRows> all;
  std::set<std::string> left(contest.map.names.begin(), contest.map.names.end());
  for (auto const& [version, slices] : served) {
    auto const found = contest.load(version);
    if (!found) continue;
    add_rows_served(comm, contest, *found, slices, all);
    for (std::string const& name : slices) left.erase(name);
  }
  if (contest.champion) add_rows_served(comm, contest, *contest.champion, left, all);
  std::ranges::sort(all, {}, &SliceRows::slice);
  return all;
}

std::string champion_of_slice(SliceContest const& contest, SliceTest const& test) {
  std::string const champion = contest.champion ? contest.champion->info.version : "";
  std::string const for_all = contest.is_promoted ? contest.challenger_version : champion;
  bool const has_own = test.incumbent != champion;
  std::string chosen = for_all;
  if (test.wins) chosen = contest.challenger_version;
  if (test.loses || (has_own && !test.wins && !std::isnan(test.gain_q))) chosen = test.incumbent;
  return chosen == for_all ? "" : chosen;
}

}  // namespace

std::vector<SliceRecord> choose_slice_champions(io::Comm const& comm, SliceContest const& contest) {
  std::vector<SliceRecord> chosen;
  for (SliceTest const& test :
       judge_slices(comm, rows_of_contest(comm, contest), contest.gate.params, contest.gate.slices)) {
    chosen.push_back({test, champion_of_slice(contest, test)});
  }
  return chosen;
}

std::map<std::string, std::string> own_champions(std::vector<SliceRecord> const& slices) {
  std::map<std::string, std::string> own;
  for (SliceRecord const& slice : slices) {
    if (!slice.champion.empty()) own[slice.test.slice] = slice.champion;
  }
  return own;
}

bool serve_slice(io::Table& forecasts, io::Table const& own, std::vector<std::string> const& series,
                 SliceMap const& map, std::string const& slice, std::vector<std::string>& rungs,
                 std::string const& rung) {
  std::vector<std::uint64_t> const units = unit_ids(forecasts, series);
  bool const same_rows =
      units == unit_ids(own, series) && forecasts.at("horizon").integers == own.at("horizon").integers;
  if (!same_rows) return false;
  std::int32_t const number = map.number_of(slice);
  for (std::size_t row = 0; row < units.size(); ++row) {
    if (number < 0 || map.slice_of(units[row]) != number) continue;
    for (char const* name : {"forecast", "lower", "upper"}) {
      if (forecasts.has(name) && own.has(name)) forecasts.at(name).reals[row] = own.at(name).reals[row];
    }
    rungs[row] = rung;
  }
  return true;
}

}  // namespace tidemill::drivers
