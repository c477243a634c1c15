#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/neighbours/all_pairs.hpp"

namespace tidemill::drivers {

/// What a pair counts when items are compared; items are the documents and users the terms (Dacrema et al. 2021).
///   none   the value of the pair (1 without values)
///   tfidf  value * idf(user), idf = ln((1 + items) / (1 + items of the user)) + 1
///   bm25   value (k1 + 1) / (value + k1 (1 - b + b length / mean length)) * idf(user), length = sum over the item
enum class ItemWeighting { none, tfidf, bm25 };
std::string_view name_of(ItemWeighting weighting);
/// Throws ConfigError for an unknown name.
ItemWeighting item_weighting_named(std::string const& name);

struct PairWeightParams {
  ItemWeighting weighting = ItemWeighting::none;
  double user_exponent = 0;  ///< a user with n items counts n^-exponent: 0 all alike, 1 each user one vote in all
  double bm25_k1 = 1.2;
  double bm25_b = .75;
};

/// True when every pair counts 1, so that sums are counts.
bool is_plain(PairWeightParams const& params, PairTable const& histories);

/// Replaces the weights of the pairs. The user's share n^-exponent enters each product of two pairs once.
void weigh_pairs(PairTable& histories, std::int64_t items, PairWeightParams const& params);

/// The diagonal of X'X: per item the sum of its squared pair weights, in ascending order of users.
std::vector<double> squared_norms(PairTable const& histories, std::int64_t items);

}  // namespace tidemill::drivers
