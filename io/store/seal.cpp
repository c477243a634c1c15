#include "io/store/seal.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/store/schema_version.hpp"

namespace tidemill::io {
namespace {

constexpr char const* seal_key = "seal";
constexpr char const* version_key = "schema_version";

std::string seal_of(nlohmann::json const& json) {
  return sha256_of(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

std::string with_seal(std::string_view text) {
  nlohmann::json json = nlohmann::json::parse(text);
  json.emplace(version_key, schema_version);
  json[seal_key] = seal_of(json);
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void check_seal(std::string_view text, std::string_view where) {
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text);
    std::string const seal = json.at(seal_key).get<std::string>();
    json.erase(seal_key);
    if (seal == seal_of(json)) return check_schema_version(json.value(version_key, std::int64_t{1}), "", where);
  } catch (nlohmann::json::exception const& error) {
    throw DataError(fmt::format("{} is damaged: {}", where, error.what()));
  }
  throw DataError(fmt::format("{} is damaged: what it says does not fit its seal", where));
}

}  // namespace tidemill::io
