#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tidemill::drivers::report {

// What the report shows of the asset half; see report_data.hpp for what unknown values are.

struct InteractionOverview {
  std::int64_t pairs_read = 0, pairs_kept = 0, below_threshold = 0, repeated = 0, after_date = 0, quarantined = 0;
  std::int64_t users = 0, assets = 0;
  std::int64_t first_day = 0, last_day = 0;  ///< missing_integer when unknown
};

/// One recommender on the pairs held out for the test.
struct ModelQuality {
  std::string model;
  bool is_baseline = false;
  bool is_champion = false;  ///< the best of tonight's
  std::string parent;        ///< version that training began at; none: from scratch; empty: not known
  double seconds = 0;        ///< of training
  int k = 0;
  std::int64_t users = 0;
  std::map<std::string, double> validation, test;  ///< by metric name
};

/// What the gate said of tonight's best against the recommender in use.
struct RecommenderVerdict {
  struct Figure {
    std::string metric, role;
    double champion = 0, challenger = 0, lower = 0, needed_above = 0;
    bool passed = false;
  };
  bool is_there = false;
  std::string version, compared_with, reason, rung;
  bool promoted = false;
  std::int64_t users = 0;
  std::vector<Figure> figures;
  /// Of the recipe in use on tonight's data, where tonight's best is of another and stays out: one or none.
  std::vector<RecommenderVerdict> refreshed;
};

/// Who got lists, and what filled their places.
struct AudienceOverview {
  std::int64_t users = 0, without_history = 0, likes = 0, blocks = 0, gone_items = 0;
  std::vector<std::pair<std::string, std::int64_t>> places;  ///< by rung
};

/// Labels of texts.
struct TextReport {
  std::int64_t texts = 0, trained_on = 0, judged_on = 0;
  std::string version, rung;  ///< that gave the labels; empty: a night of an older release
  std::vector<std::pair<std::string, double>> quality;       ///< metrics on held-out rows
  std::vector<std::pair<std::string, std::int64_t>> labels;  ///< texts that have each; most frequent first
};

struct ListedAsset {
  std::string name;
  double score = 0;
  std::string rung;
  std::string because;  ///< asset of the user's history that speaks for it; empty: not known
};

/// One user's list, or one asset's neighbours.
struct AssetList {
  std::string subject;
  std::vector<std::string> history;  ///< names of some of what the user had, newest first
  std::vector<ListedAsset> assets;
};

/// How attention is spread over assets: share of all from the most popular asset on.
struct ShareCurve {
  std::string name;
  std::vector<double> share;  ///< of the first i / (size - 1) of the assets; begins with 0, ends with 1
  double gini = 0;
};

struct AssetTrend {
  std::string name;
  std::string direction;  ///< rising, falling, steady, too_short
  double change = 0;      ///< interactions per week, per week
  double level = 0;       ///< interactions per week
  double q_value = 0;
  double season_strength = 0;
  std::vector<double> weekly;  ///< oldest first
};

/// Numbers of files by a measure.
struct Histogram {
  std::string name;
  std::vector<double> edge;  ///< one more than `count`; ascending
  std::vector<std::int64_t> count;
};

struct PictureCopy {
  std::string path;
  std::string copy;  ///< representative, exact or near
  double similarity = 0;
  std::string thumbnail;  ///< data URI; empty: none
};

struct PictureReport {
  std::int64_t files = 0, clusters = 0, copies = 0, inconsistent = 0;
  std::vector<std::pair<std::string, std::int64_t>> status;  ///< of files; most frequent first
  std::vector<Histogram> histograms;
  std::vector<std::vector<PictureCopy>> sheets;  ///< members of some clusters, the representative first
  std::vector<PictureCopy> weakest;              ///< pictures to replace first; `copy` says why
};

struct AssetReport {
  bool has_sales = true;  ///< the night has chapters on sales
  bool is_there = false;  ///< interactions were read
  InteractionOverview overview;
  std::vector<ModelQuality> models;  ///< baselines last, best first
  RecommenderVerdict verdict;
  AudienceOverview audience;
  TextReport texts;
  std::vector<ShareCurve> attention;  ///< what users had, then what the night's lists show
  std::int64_t listed_assets = 0;     ///< different assets on the night's lists
  std::vector<AssetList> examples;
  std::vector<AssetList> neighbours;
  std::vector<AssetTrend> trends;
  PictureReport pictures;
};

}  // namespace tidemill::drivers::report
