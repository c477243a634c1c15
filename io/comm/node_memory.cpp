#include "io/comm/node_memory.hpp"

#include <mpi.h>

#include <fstream>
#include <limits>
#include <string>

namespace tidemill::io {
namespace {

/// MemAvailable of the kernel, and less where a control group (containers, Slurm) allows less.
std::int64_t available_here() {
  std::int64_t available = std::numeric_limits<std::int64_t>::max();
  std::ifstream meminfo("/proc/meminfo");
  for (std::string name, unit; meminfo >> name;) {
    if (name == "MemAvailable:") {
      meminfo >> available >> unit;
      available *= 1024;
      break;
    }
  }
  std::int64_t limit = 0, used = 0;
  std::ifstream limit_file("/sys/fs/cgroup/memory.max"), used_file("/sys/fs/cgroup/memory.current");
  if (limit_file >> limit && used_file >> used && limit - used < available) available = limit - used;
  return available;
}

}  // namespace

std::int64_t available_memory_per_rank(Comm const& comm) {
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(comm.handle(), MPI_COMM_TYPE_SHARED, comm.rank(), MPI_INFO_NULL, &node);
  int ranks = 1;
  MPI_Comm_size(node, &ranks);
  MPI_Comm_free(&node);
  comm.barrier();  // nobody has begun to allocate when the others look
  return comm.min(available_here() / ranks);
}

}  // namespace tidemill::io
