#include "io/adapters/adapters.hpp"

namespace tidemill::io {

std::vector<Adapter> const& adapters() {
  static std::vector<Adapter> const table{
      generic_adapter(),
      toast_adapter(),
      square_adapter(),
      clover_adapter(),
  };
  return table;
}

}  // namespace tidemill::io
