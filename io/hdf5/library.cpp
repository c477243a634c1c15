#include "io/hdf5/library.hpp"

#include <mpi.h>

#include <cstdlib>

#include "io/hdf5/handle.hpp"

namespace tidemill::io {
namespace {

int refuse_deletion(MPI_Comm, int, void*, void*) { return MPI_ERR_OTHER; }

/// MPI_Finalize deletes the attributes of MPI_COMM_SELF, the newest first, and HDF5 ends in the deletion of its own.
/// One that was set later and refuses to be deleted stops there; Open MPI finishes all the same.
void keep_hdf5_from_ending() {
  static bool done = false;
  if (done) return;
  done = true;
  int key = MPI_KEYVAL_INVALID;
  MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, refuse_deletion, &key, nullptr);
  MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr);
}

}  // namespace

void start_hdf5() {
  H5dont_atexit();
  for (char const* const romio : {"OMPI_MCA_io_romio321_priority", "OMPI_MCA_io_romio341_priority"}) {
    ::setenv(romio, "100", 0);
  }
}

herr_t close_hdf5_file(hid_t file) {
  herr_t const status = H5Fclose(file);
  if (status < 0) keep_hdf5_from_ending();
  return status;
}

}  // namespace tidemill::io
