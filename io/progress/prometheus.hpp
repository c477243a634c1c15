#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace tidemill::io {

/// Metrics in the Prometheus text exposition format 0.0.4: families of samples, each family once.
class PrometheusText {
 public:
  using Labels = std::map<std::string, std::string>;
  /// Begins a family of gauges; one without samples is left out. `name` without the program's name before it; what a
  /// metric's name cannot hold becomes an underscore.
  void gauge(std::string const& name, std::string const& help);
  /// A sample of the family begun last. Values may be NaN or infinite.
  void sample(Labels const& labels, double value);
  std::string const& text() const { return text_; }

 private:
  std::string name_;
  std::string head_;  ///< of the family, until it has a sample
  std::string text_;
};

/// Replaces a file by rename, so that readers see the old or the new text whole. Not synced and never an error: for
/// texts that are written anew every few seconds. Returns whether it was written.
bool replace_text(std::filesystem::path const& file, std::string const& text);

}  // namespace tidemill::io
