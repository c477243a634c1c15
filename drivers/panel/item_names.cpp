#include "drivers/panel/item_names.hpp"

#include <span>

namespace tidemill::drivers {

std::vector<std::int64_t> last_code_of_items(io::Comm const& comm, io::Column const& item, io::Column const& attribute,
                                             std::int64_t first_row) {
  std::vector<std::int64_t> newest(item.dictionary.size(), -1);
  std::vector<std::int64_t> code(item.dictionary.size(), -1);
  for (std::size_t i = 0; i < item.codes.size(); ++i) {
    if (item.codes[i] == io::missing_code) continue;
    auto const k = static_cast<std::size_t>(item.codes[i]);
    newest[k] = first_row + static_cast<std::int64_t>(i);
    code[k] = attribute.codes[i];
  }
  std::vector<std::int64_t> winner = newest;
  comm.max(std::span(winner));
  for (std::size_t k = 0; k < code.size(); ++k) {
    if (newest[k] != winner[k]) code[k] = -1;
  }
  comm.max(std::span(code));
  return code;
}

}  // namespace tidemill::drivers
