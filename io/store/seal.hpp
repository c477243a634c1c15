#pragma once

#include <string>
#include <string_view>

namespace tidemill::io {

/// The JSON object `text` with two more keys: "schema_version", unless it has one, and "seal", the SHA-256 of what it
/// says (keys sorted, no blanks). So a record of other files' digests cannot itself change unseen.
std::string with_seal(std::string_view text);

/// Throws DataError naming `where` unless `text` is an object with a seal that fits, of a version that is known. (One
/// without a version is of the first.)
void check_seal(std::string_view text, std::string_view where);

}  // namespace tidemill::io
