#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tidemill::drivers {

/// How margins become probabilities and decisions; learned from rows that the classifier was not trained on.
/// One class per row: p = softmax(slope[0] * margins); a row is in scope when its score, the margin of its best class
/// plus gap_weight times the gap to the second less a share of the out-of-scope class's margin, reaches threshold[0]
/// and its best class is not the out-of-scope class. Several tags per row: p_c = 1 / (1 + exp(-(slope[c] * margin_c +
/// offset[c]))) (Platt 1999), tag c is set when its margin reaches threshold[c].
struct Calibration {
  std::vector<double> slope;
  std::vector<double> offset;  ///< tags only
  std::vector<double> threshold;
};

/// What a held-out row is known to be, for one class per row.
constexpr std::int32_t unknown_class = -1;

/// A class that means none of the others, and how much its margin takes off the score of a row.
struct ScopeRule {
  std::int32_t out_of_scope = -1;  ///< -1: there is no such class
  double weight = 0;
};

/// The score that decides whether a row is in scope.
double scope_score(std::span<float const> margins, ScopeRule const& rule = {});

/// From margins (row-major, `classes` columns) and the class of each row. Slope: least log loss of the in-scope rows.
/// Threshold: the largest score that at least the share `in_scope_recall` of the in-scope rows reaches, among those
/// whose best class is not the out-of-scope one.
Calibration calibrate_classes(std::span<float const> margins, std::span<std::int32_t const> actual,
                              std::int64_t classes, ScopeRule const& rule, double in_scope_recall);

/// From margins and 0/1 memberships, both row-major with one column per tag. Threshold: largest F1 of the tag; of equal
/// ones the highest. A tag without a held-out row gets threshold 0 (the margin's own decision).
Calibration calibrate_tags(std::span<float const> margins, std::span<std::int8_t const> member, std::int64_t tags);

/// Probabilities of one row's classes or tags.
void probabilities_of(Calibration const& calibration, bool has_tags, std::span<float const> margins,
                      std::span<double> out);

}  // namespace tidemill::drivers
