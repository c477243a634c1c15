#include "drivers/partition/block_rows.hpp"

#include <algorithm>

namespace tidemill::drivers {

io::RowRange block_share(std::int64_t total, std::int64_t block_rows, int rank, int size) {
  std::int64_t const blocks = (total + block_rows - 1) / block_rows;
  io::RowRange const share = io::even_share(blocks, rank, size);
  std::int64_t const first = std::min(share.first * block_rows, total);
  return {first, std::min(share.end() * block_rows, total) - first, total};
}

std::vector<double> move_values(io::Comm const& comm, io::RowRange held, io::RowRange wanted,
                                std::vector<double> const& values, std::int64_t width) {
  std::vector<std::vector<double>> outgoing;
  for (io::RowRange const& target : comm.gather_all(wanted)) {
    std::int64_t const begin = std::max(target.first, held.first) - held.first;
    std::int64_t const end = std::min(target.end(), held.end()) - held.first;
    outgoing.emplace_back();
    if (begin < end) outgoing.back().assign(values.begin() + begin * width, values.begin() + end * width);
  }
  std::vector<double> moved;
  for (auto const& part : comm.exchange(outgoing)) moved.insert(moved.end(), part.begin(), part.end());
  return moved;
}

}  // namespace tidemill::drivers
