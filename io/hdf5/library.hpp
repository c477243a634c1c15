#pragma once

namespace tidemill::io {

/// To be called before MPI_Init. HDF5 is ended by MPI_Finalize and not once more at exit, so that a file that could not
/// be closed can keep it from being ended at all. Files that ranks have open together go through ROMIO where Open MPI
/// has it: its own OMPIO makes a semaphore in /dev/shm for each file, named by the last part of the path alone. One
/// that a killed job leaves there makes every later job that opens a file of that name on that node wait for ever.
void start_hdf5();

}  // namespace tidemill::io
