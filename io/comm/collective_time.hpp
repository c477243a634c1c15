#pragma once

namespace tidemill::io {

/// Seconds that this process has spent inside the collective calls of Comm since its start: waiting for other ranks
/// and moving data. Time inside collective HDF5 calls is not part of it. For the main thread.
double seconds_in_collectives();

}  // namespace tidemill::io
