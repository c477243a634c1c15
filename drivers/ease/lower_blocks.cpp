#include "drivers/ease/lower_blocks.hpp"

namespace tidemill::drivers {

LowerBlocks::LowerBlocks(std::int64_t rows, int rank, int ranks) : size(rows), blocks((rows + block - 1) / block) {
  // The first row of rank r is the first with r shares of the area above it.
  auto const first_of = [&](int r) {
    std::int64_t i = 0;
    while (i < blocks && triangle(i) * ranks < triangle(blocks) * r) ++i;
    return i;
  };
  first = first_of(rank);
  end = rank + 1 == ranks ? blocks : first_of(rank + 1);
  value.assign(static_cast<std::size_t>(range().count * block * block), 0.0);
}

}  // namespace tidemill::drivers
