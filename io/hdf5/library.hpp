#pragma once

namespace tidemill::io {

/// To be called before the first use of HDF5 in the process. The library is ended by MPI_Finalize and not once more at
/// exit, so that a file that could not be closed can keep it from being ended at all.
void start_hdf5();

}  // namespace tidemill::io
