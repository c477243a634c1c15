#pragma once

#include <string>
#include <string_view>

namespace tidemill::io {

/// The JSON object `text` with one more key, "seal": the SHA-256 of what it says (keys sorted, no blanks). So a record
/// of other files' digests cannot itself change unseen.
std::string with_seal(std::string_view text);

/// Throws DataError naming `where` unless `text` is an object with a seal that fits.
void check_seal(std::string_view text, std::string_view where);

}  // namespace tidemill::io
