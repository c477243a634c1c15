# Fails when a file of a layer includes, or a layer's library links, what belongs to another one.
# usage: cmake -D ROOT=FOLDER -P check_layers.cmake      where FOLDER holds kernels io drivers jobs
#
#   kernels  Kokkos, BLAS                         no MPI, HDF5, Boost, printing, nor another layer
#   io       MPI, HDF5, host memory               no Kokkos, Boost, nor another layer
#   drivers  kernels, io                          no HDF5, Boost, jobs; MPI only through io/comm
#   jobs     drivers, io                          MPI and Kokkos only in main.cpp, which starts and ends them
set(kernels_includes "mpi\\.h|hdf5|H5|boost/|fmt/|nlohmann/|iostream|cstdio|print>|io/|drivers/|jobs/|tests/")
set(io_includes "Kokkos|boost/|kernels/|drivers/|jobs/|tests/")
set(drivers_includes "mpi\\.h|hdf5|H5|boost/|jobs/|tests/")
set(jobs_includes "mpi\\.h|hdf5|H5|Kokkos|kernels/|tests/")
set(kernels_links "MPI|HDF5|Boost|fmt|nlohmann|(^| )(io|drivers|jobs)( |$)")
set(io_links "Kokkos|Boost|(^| )(kernels|drivers|jobs)( |$)")
set(drivers_links "HDF5|Boost|(^| )jobs( |$)")
set(jobs_links "HDF5|Kokkos|(^| )kernels( |$)")

set(violations "")
foreach(layer kernels io drivers jobs)
  if(NOT IS_DIRECTORY ${ROOT}/${layer})
    list(APPEND violations "${layer}: no such folder in ${ROOT}")
  endif()
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${layer}/*.hpp ${ROOT}/${layer}/*.cpp ${ROOT}/${layer}/*.cu
    ${ROOT}/${layer}/*.cuh ${ROOT}/${layer}/*.h)
  foreach(file ${files})
    if(NOT file STREQUAL "jobs/main.cpp")
      file(STRINGS ${ROOT}/${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"](${${layer}_includes})")
      file(STRINGS ${ROOT}/${file} worlds REGEX "MPI_COMM_WORLD")
      foreach(line ${includes} ${worlds})
        list(APPEND violations "${file}: ${line}")
      endforeach()
    endif()
  endforeach()
  # The lists of target_link_libraries for the layer's own library, whole calls at a time.
  file(READ ${ROOT}/${layer}/CMakeLists.txt text)
  string(REGEX MATCHALL "target_link_libraries\\(${layer}[^)]*\\)" calls "${text}")
  foreach(call ${calls})
    string(REGEX REPLACE "[ \t\r\n()]+" " " words "${call}")
    string(REGEX REPLACE "^target_link_libraries ${layer}" "" words "${words}")
    if(words MATCHES "${${layer}_links}")
      list(APPEND violations "${layer}/CMakeLists.txt links:${words}")
    endif()
  endforeach()
endforeach()

if(violations)
  list(JOIN violations "\n  " text)
  message(FATAL_ERROR "layers crossed (see the table in tests/layers/check_layers.cmake):\n  ${text}")
endif()
