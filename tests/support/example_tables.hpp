#pragma once

#include <cmath>
#include <string>

#include "io/tables/table.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::tests {

/// A number in [0, 1) that depends on the global row and the column only.
inline double draw(std::int64_t row, std::uint32_t column) {
  auto const block = kernels::Philox::block(11, static_cast<std::uint64_t>(row), column, 0);
  return kernels::Philox::uniform(block.word[0], block.word[1]);
}

/// Rows to learn from, the same for any number of ranks: numbers x1 x2 x3 (x3 with holes), a category `kind`, and
/// targets `amount` (about 3 x1 - 2 x2 + kind), `class` (yes, no), `size` (small, medium, large), `count` (0, 1, ...).
inline io::Table learning_table(io::Comm const& comm, std::int64_t total) {
  io::Table table;
  table.range = io::even_share(total, comm.rank(), comm.size());
  std::vector<double> x[3], amount;
  std::vector<std::string> kind, answer, size;
  std::vector<std::int64_t> count;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    double const a = draw(row, 1), b = draw(row, 2), c = draw(row, 3);
    auto const k = static_cast<int>(4 * draw(row, 4));
    double const score = 3 * a - 2 * b + .5 * k + .2 * (draw(row, 5) - .5);
    x[0].push_back(a);
    x[1].push_back(b);
    x[2].push_back(draw(row, 6) < .1 ? std::nan("") : c);
    kind.push_back("kind " + std::to_string(k));
    amount.push_back(score);
    answer.push_back(score + draw(row, 7) > 1.7 ? "yes" : "no");
    size.push_back(score < 0 ? "small" : score < 1.5 ? "medium" : "large");
    count.push_back(static_cast<std::int64_t>(std::exp(score / 2) * draw(row, 8) * 2));
  }
  table.add(io::real_column("x1", x[0]));
  table.add(io::real_column("x2", x[1]));
  table.add(io::real_column("x3", x[2]));
  table.add(io::text_column(comm, "kind", kind));
  table.add(io::real_column("amount", amount));
  table.add(io::text_column(comm, "class", answer));
  table.add(io::text_column(comm, "size", size));
  table.add(io::integer_column("count", count));
  return table;
}

}  // namespace tidemill::tests
