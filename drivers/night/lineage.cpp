#include "drivers/night/lineage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tidemill::drivers {
namespace {

constexpr std::size_t shown_digits = 16;

/// The sales in the store were put there by the ingest step of the run, if it has one: its record names the exports.
bool is_stored_by_ingest(std::string const& input, std::string const& step) {
  return step == "ingest" && (input.starts_with("sales/") || input.starts_with("promotions"));
}

int step_behind(std::vector<LineageStep> const& before, std::string const& name, std::string const& digest) {
  std::string const step = name.substr(0, name.find('/'));
  for (std::size_t s = before.size(); s-- > 0;) {
    if (is_stored_by_ingest(name, before[s].name)) return static_cast<int>(s);
    bool const has_file = std::any_of(before[s].files.begin(), before[s].files.end(),
                                      [&](auto const& file) { return file.second == digest; });
    if (before[s].name == step && has_file) return static_cast<int>(s);
  }
  return -1;
}

class LineageWriter {
 public:
  explicit LineageWriter(LineageGraph const& graph) : graph_(graph) {}

  void write(int number, int indent) {
    LineageStep const& step = graph_.steps[static_cast<std::size_t>(number)];
    std::string const key = step.key.substr(0, shown_digits);
    if (!told_.insert(number).second) {
      line(indent, fmt::format("by step {} {}, as above", step.name, key));
      return;
    }
    line(indent, fmt::format("by step {} {} ({})", step.name, key, step.title));
    for (LineageInput const& input : step.inputs) {
      line(indent + 2,
           fmt::format("from {}  {}{}", input.name, input.digest, input.from < 0 ? "  (from outside)" : ""));
      // What one step made is read as several files: where they come from is told behind the last of them.
      bool const is_last = std::none_of(&input + 1, step.inputs.data() + step.inputs.size(),
                                        [&](LineageInput const& later) { return later.from == input.from; });
      if (input.from >= 0 && is_last) write(input.from, indent + 4);
    }
  }
  std::string const& text() const { return text_; }

 private:
  void line(int indent, std::string const& words) {
    text_ += std::string(static_cast<std::size_t>(indent), ' ') + words + "\n";
  }
  LineageGraph const& graph_;
  std::set<int> told_;
  std::string text_;
};

}  // namespace

std::vector<int> LineageGraph::parents_of(int step) const {
  std::set<int> parents;
  for (LineageInput const& input : steps[static_cast<std::size_t>(step)].inputs) {
    if (input.from >= 0) parents.insert(input.from);
  }
  return {parents.begin(), parents.end()};
}

LineageGraph lineage_of(RunRecord const& run) {
  LineageGraph graph;
  for (StepRecord const& record : run.steps) {
    if (record.key.empty()) continue;  // publishing makes nothing that another step reads
    LineageStep step{record.name, record.title, record.key, 0, {}, {}};
    for (auto const& [name, digest] : record.inputs) {
      step.inputs.push_back({name, digest, step_behind(graph.steps, name, digest)});
      int const from = step.inputs.back().from;
      if (from >= 0) step.level = std::max(step.level, graph.steps[static_cast<std::size_t>(from)].level + 1);
    }
    step.files.assign(record.files.begin(), record.files.end());
    graph.steps.push_back(std::move(step));
  }
  return graph;
}

int maker_of(LineageGraph const& graph, std::string const& file, std::string const& digest) {
  int same_bytes = -1;
  for (std::size_t s = graph.steps.size(); s-- > 0;) {
    for (auto const& [name, made] : graph.steps[s].files) {
      if (made != digest) continue;
      if (name == file) return static_cast<int>(s);
      if (same_bytes < 0) same_bytes = static_cast<int>(s);
    }
  }
  return same_bytes;
}

std::string lineage_text(LineageGraph const& graph, int step, int indent) {
  LineageWriter writer(graph);
  writer.write(step, indent);
  return writer.text();
}

}  // namespace tidemill::drivers
