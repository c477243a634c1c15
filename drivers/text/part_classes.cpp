#include "drivers/text/part_classes.hpp"

#include <algorithm>

#include "kernels/text/one_against_rest.hpp"

namespace tidemill::drivers {
namespace {

ClassProblem part_problem(ClassProblem const& whole, ColumnPart const& part) {
  ClassProblem problem;
  problem.label_start = whole.label_start;
  problem.label = whole.label;
  problem.classes = whole.classes;
  problem.columns = part.end - part.first;
  for (std::int64_t row = 0; row < whole.rows.rows(); ++row) {
    auto const terms = whole.rows.terms_of(row);
    auto const weights = whole.rows.weights_of(row);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (terms[i] < part.first || terms[i] >= part.end) continue;
      problem.rows.term.push_back(terms[i] - static_cast<std::uint32_t>(part.first));
      problem.rows.weight.push_back(static_cast<float>(static_cast<double>(weights[i]) * part.scale));
    }
    problem.rows.start.push_back(static_cast<std::int64_t>(problem.rows.term.size()));
  }
  return problem;
}

/// Adds `factor` times the weights of `count` columns from `from_first` of `from` to those from `to_first` of `to`.
void add_part_columns(ClassWeights const& from, std::int64_t from_first, std::int64_t count, double factor,
                      ClassWeights& to, std::int64_t to_first) {
  for (std::int64_t block = 0; block < to.blocks(); ++block) {
    float const* const source = from.value.data() + (block * (from.columns + 1) + from_first) * kernels::class_lanes;
    float* const target = to.value.data() + (block * (to.columns + 1) + to_first) * kernels::class_lanes;
    for (std::int64_t i = 0; i < count * kernels::class_lanes; ++i) {
      target[i] = static_cast<float>(static_cast<double>(target[i]) + factor * static_cast<double>(source[i]));
    }
  }
}

}  // namespace

ClassWeights solve_with_parts(io::Comm const& comm, ClassProblem const& problem,
                              std::vector<std::uint32_t> const& chosen, std::vector<ColumnPart> const& parts,
                              double weight, ClassCosts const& costs, std::uint64_t seed, CheckpointPlace const& place,
                              std::string const& name, io::Progress& progress) {
  ClassWeights sum = solve_classes(comm, problem, chosen, costs, seed, place, name, progress);
  for (ColumnPart const& part : parts) {
    ClassWeights const own =
        solve_classes(comm, part_problem(problem, part), chosen, costs, seed, place, name + "-" + part.name, progress);
    add_part_columns(own, 0, own.columns, weight * part.scale, sum, part.first);
    add_part_columns(own, own.columns, 1, weight, sum, sum.columns);
  }
  return sum;
}

}  // namespace tidemill::drivers
