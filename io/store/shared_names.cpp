#include "io/store/shared_names.hpp"

#include <algorithm>

namespace tidemill::io {

std::vector<std::string> shared_names(Comm const& comm, std::string const& what,
                                      std::function<std::vector<std::string>()> const& list) {
  constexpr char separator = '\0';  // no name of a file has it
  std::vector<std::string> names;
  std::string joined;
  agree(comm, what, [&] {
    if (!comm.is_root()) return;
    names = list();
    std::sort(names.begin(), names.end());
    for (std::string const& name : names) joined += name + separator;
  });
  joined = comm.broadcast(joined);
  names.clear();
  for (std::size_t at = 0; at < joined.size();) {
    std::size_t const end = joined.find(separator, at);
    names.push_back(joined.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

}  // namespace tidemill::io
