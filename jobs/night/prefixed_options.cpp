#include "jobs/night/prefixed_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

/// Stands in for another option's semantic, which stays shared: a description owns what it is given.
class SharedSemantic final : public po::value_semantic {
 public:
  explicit SharedSemantic(boost::shared_ptr<po::value_semantic const> shared) : shared_(std::move(shared)) {}
  std::string name() const override { return shared_->name(); }
  unsigned min_tokens() const override { return shared_->min_tokens(); }
  unsigned max_tokens() const override { return shared_->max_tokens(); }
  bool is_composing() const override { return shared_->is_composing(); }
  bool is_required() const override { return shared_->is_required(); }
  void parse(boost::any& value, std::vector<std::string> const& tokens, bool utf8) const override {
    shared_->parse(value, tokens, utf8);
  }
  bool apply_default(boost::any& value) const override { return shared_->apply_default(value); }
  void notify(boost::any const& value) const override { shared_->notify(value); }

 private:
  boost::shared_ptr<po::value_semantic const> shared_;
};

}  // namespace

void add_prefixed(po::options_description& out, std::string const& prefix, po::options_description const& from) {
  for (auto const& option : from.options()) {
    std::string const name = prefix + option->long_name();
    if (out.find_nothrow(name, false) != nullptr) continue;
    out.add_options()(name.c_str(), new SharedSemantic(option->semantic()), option->description().c_str());
  }
}

std::vector<std::string> names_of(po::options_description const& options) {
  std::vector<std::string> names;
  for (auto const& option : options.options()) names.push_back(option->long_name());
  return names;
}

std::filesystem::path below(std::string const& folder, std::string const& file) {
  return file.empty() ? std::filesystem::path() : std::filesystem::path(folder) / file;
}

}  // namespace tidemill::jobs
