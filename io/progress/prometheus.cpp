#include "io/progress/prometheus.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <system_error>

namespace tidemill::io {
namespace {

std::string metric_name(std::string name) {
  for (char& c : name) {
    bool const is_allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!is_allowed) c = '_';
  }
  return name;
}

std::string escaped(std::string const& text, bool is_label) {
  std::string out;
  for (char const c : text) {
    if (c == '\\' || (c == '"' && is_label)) out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string value_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

}  // namespace

void PrometheusText::gauge(std::string const& name, std::string const& help) {
  name_ = "tidemill_" + metric_name(name);
  head_ = fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name_, escaped(help, false));
}

void PrometheusText::sample(Labels const& labels, double value) {
  text_ += head_;
  head_.clear();
  text_ += name_;
  char separator = '{';
  for (auto const& [label, is] : labels) {
    text_ += fmt::format("{}{}=\"{}\"", separator, metric_name(label), escaped(is, true));
    separator = ',';
  }
  text_ += fmt::format("{} {}\n", labels.empty() ? "" : "}", value_text(value));
}

bool replace_text(std::filesystem::path const& file, std::string const& text) {
  std::filesystem::path const temporary = file.string() + ".tmp";
  std::error_code failed;
  {
    std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
    stream << text << std::flush;
    if (!stream.good()) {
      stream.close();
      std::filesystem::remove(temporary, failed);
      return false;
    }
  }
  std::filesystem::rename(temporary, file, failed);
  return !failed;
}

}  // namespace tidemill::io
