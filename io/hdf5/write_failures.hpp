#pragma once

namespace tidemill::io {

/// HDF5 leaves its own protocol on a rank whose write fails, as on a full disk, while the other ranks wait for it there
/// for ever. This library therefore stands between HDF5 and MPI-IO (through MPI's profiling interface): a failed or
/// short write to a file that ranks have open together is reported to HDF5 as done, and noted here. After every call
/// the ranks agree about the notes and give the file up together; it has not been published by then.

/// True when a write of this rank has failed since the last call, which forgets it.
bool take_write_failure();

}  // namespace tidemill::io
