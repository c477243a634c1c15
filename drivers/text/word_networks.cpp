#include "drivers/text/word_networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "drivers/text/row_order.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t member_purpose = 0x6E73, member_order_purpose = 0x6E6F;

std::uint64_t member_seed(std::uint64_t seed, std::int64_t member) {
  auto const draw = kernels::Philox::block(seed, static_cast<std::uint64_t>(member), 0, member_purpose);
  return static_cast<std::uint64_t>(draw.word[0]) << 32 | draw.word[1];
}

/// This rank's members.
class Members {
 public:
  Members(io::Comm const& comm, NetworkProblem const& problem, NetworkParams const& params, std::uint64_t seed)
      : problem_(problem), range_(io::even_share(params.members, comm.rank(), comm.size())) {
    shape_ = {problem.terms, problem.word_terms, problem.classes, params.dimensions, params.filters};
    kernels::WordNetworkRules rules;
    rules.passes = params.passes;
    for (std::int64_t member = range_.first; member < range_.end(); ++member) {
      seeds_.push_back(member_seed(seed, member));
      trainers_.emplace_back(shape_, rules, seeds_.back());
    }
  }

  void pass(std::span<std::uint32_t const> chosen, std::int64_t number) {
    for (std::size_t m = 0; m < trainers_.size(); ++m) {
      trainers_[m].pass(problem_.texts, problem_.label, drawn_order(chosen, seeds_[m], number, member_order_purpose),
                        number);
    }
  }

  NetworkValues all_values(io::Comm const& comm) const {
    std::vector<float> mine;
    for (kernels::WordNetworkTrainer const& trainer : trainers_) {
      mine.insert(mine.end(), trainer.values().begin(), trainer.values().end());
    }
    return {shape_, comm.gather_all(std::span<float const>(mine))};
  }

  void save(io::Hdf5File& file) const {
    std::vector<float> states;
    for (kernels::WordNetworkTrainer const& trainer : trainers_) {
      std::vector<float> const state = trainer.state();
      states.insert(states.end(), state.begin(), state.end());
    }
    file.write_rows("state", std::span<float const>(states), range_, 3 * shape_.size());
  }
  void load(io::Hdf5File& file) {
    std::vector<float> const states = file.read_rows<float>("state", range_.first, range_.count);
    auto const size = static_cast<std::size_t>(3 * shape_.size());
    for (std::size_t m = 0; m < trainers_.size(); ++m) {
      trainers_[m].set_state(std::span(states).subspan(m * size, size));
    }
  }

 private:
  NetworkProblem const& problem_;
  io::RowRange range_;
  kernels::WordNetworkShape shape_;
  std::vector<std::uint64_t> seeds_;
  std::vector<kernels::WordNetworkTrainer> trainers_;
};

}  // namespace

void check_network(NetworkParams const& params) {
  if (params.members < 0 || params.members > 64) throw ConfigError("--networks: expected 0 to 64");
  if (params.passes < 1) throw ConfigError("--network-passes must be at least 1");
  if (!(params.weight > 0)) throw ConfigError("--network-weight must be greater than 0");
  kernels::WordNetworkShape shape;
  shape.dimensions = params.dimensions;
  shape.filters = params.filters;
  try {
    kernels::check_shape(shape);
  } catch (std::invalid_argument const& error) {
    throw ConfigError(error.what());
  }
}

NetworkValues train_networks(io::Comm const& comm, NetworkProblem const& problem, std::span<std::uint32_t const> chosen,
                             NetworkParams const& params, std::uint64_t seed, CheckpointPlace const& place,
                             std::string const& part, io::Progress& progress) {
  Members members(comm, problem, params, seed);
  io::CheckpointStore store = place.store(comm, part);
  std::int64_t pass = store.load_newest([&](io::Hdf5File& file) { members.load(file); }).value_or(0);
  progress.begin("passes, " + part, params.passes);
  if (pass > 0) progress.advance(std::min(pass, params.passes));
  std::int64_t saved = pass;
  while (pass < params.passes) {
    io::agree(comm, "train networks", [&] { members.pass(chosen, pass); });
    ++pass;
    progress.advance();
    bool const stops = store.is_enabled() && io::stop_requested(comm);
    if (stops || (store.is_enabled() && store.is_due())) {
      store.save(pass, [&](io::Hdf5File& file) { members.save(file); });
      saved = pass;
    }
    if (stops) {
      throw StoppedAtCheckpoint(
          fmt::format("stopped after pass {} of {}; run the same command again to continue", pass, part));
    }
  }
  // A later part may be the one that is stopped: this one need not be trained again then.
  if (store.is_enabled() && saved != pass) store.save(pass, [&](io::Hdf5File& file) { members.save(file); });
  progress.end();
  return members.all_values(comm);
}

void add_network_margins(NetworkValues const& networks, kernels::WordTexts const& texts, double weight,
                         std::span<float> margins) {
  std::int64_t const members = networks.members();
  auto const size = static_cast<std::size_t>(networks.shape.size());
  for (std::int64_t member = 0; member < members; ++member) {
    auto const values = std::span(networks.value).subspan(static_cast<std::size_t>(member) * size, size);
    kernels::add_log_probabilities(networks.shape, values, texts,
                                   static_cast<float>(weight / static_cast<double>(members)), margins);
  }
}

void save_networks(io::Hdf5File& file, std::string const& group, NetworkValues const& networks) {
  kernels::WordNetworkShape const& shape = networks.shape;
  file.set_attribute(group, "word_terms", shape.word_terms);
  file.set_attribute(group, "classes", shape.classes);
  file.set_attribute(group, "dimensions", shape.dimensions);
  file.set_attribute(group, "filters", shape.filters);
  file.set_attribute(group, "widths", shape.widths);
  file.set_attribute(group, "terms", shape.terms);
  file.write_all(group + "/values", networks.value);
  file.set_attribute(group + "/values", "layout",
                     "network; term vectors, filters (width, tap, filter, dimension), biases (width, filter), outputs "
                     "(class, width, filter), constants");
}

NetworkValues load_networks(io::Hdf5File& file, std::string const& group) {
  NetworkValues networks;
  kernels::WordNetworkShape& shape = networks.shape;
  shape.terms = file.integer_attribute(group, "terms");
  shape.word_terms = file.integer_attribute(group, "word_terms");
  shape.classes = file.integer_attribute(group, "classes");
  shape.dimensions = file.integer_attribute(group, "dimensions");
  shape.filters = file.integer_attribute(group, "filters");
  shape.widths = file.integer_attribute(group, "widths");
  networks.value = file.read_all<float>(group + "/values");
  constexpr std::int64_t most = std::int64_t{1} << 26;  // so that sizes cannot overflow
  bool fits = shape.terms >= 0 && shape.terms <= most && shape.classes >= 1 && shape.classes <= most;
  try {
    kernels::check_shape(shape);
  } catch (std::invalid_argument const&) {
    fits = false;
  }
  if (!fits || networks.value.empty() || static_cast<std::int64_t>(networks.value.size()) % shape.size() != 0) {
    throw DataError(
        fmt::format("{}: the values of {} do not fit their shape; train it again", file.path().string(), group));
  }
  return networks;
}

}  // namespace tidemill::drivers
