# Every header compiles alone. A header that is the first include of its own source file is proven by that file in a
# build that compiles it by itself; for each of the others, target headers_alone has a translation unit that includes it
# twice and nothing else, with the usage requirements of the header's layer. TIDEMILL_ALL_HEADERS_ALONE has one for every
# header, for builds of many sources to a unit. Not part of `all`: tests/run.sh asks for it.
option(TIDEMILL_ALL_HEADERS_ALONE "Target headers_alone checks also headers that are first in their own source" OFF)
add_custom_target(headers_alone)

function(proven_by_its_source header result)
  set(${result} FALSE PARENT_SCOPE)
  string(REGEX REPLACE "\\.hpp$" ".cpp" source ${PROJECT_SOURCE_DIR}/${header})
  if(EXISTS ${source})
    file(STRINGS ${source} includes REGEX "^#include" LIMIT_COUNT 1)
    if(includes STREQUAL "#include \"${header}\"")
      set(${result} TRUE PARENT_SCOPE)
    endif()
  endif()
endfunction()

foreach(layer kernels io drivers jobs)
  file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${layer}/*.hpp)
  set(units "")
  foreach(header ${headers})
    proven_by_its_source(${header} proven)
    if(proven AND NOT TIDEMILL_ALL_HEADERS_ALONE)
      continue()
    endif()
    string(REPLACE "/" "_" unit ${header})
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/headers/${unit}.cpp)
    file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
    list(APPEND units ${unit})
  endforeach()
  if(units)
    add_library(headers_alone_${layer} OBJECT EXCLUDE_FROM_ALL ${units})
    target_link_libraries(headers_alone_${layer} PRIVATE ${layer})
    set_target_properties(headers_alone_${layer} PROPERTIES UNITY_BUILD OFF)
    # Only the front end matters, and a header's unused static helpers are no mistake here.
    target_compile_options(headers_alone_${layer} PRIVATE -O0 -Wno-unused-function)
    add_dependencies(headers_alone headers_alone_${layer})
  endif()
endforeach()
# Headers private to io that wrap HDF5 need its include folder.
target_include_directories(headers_alone_io SYSTEM PRIVATE ${HDF5_C_INCLUDE_DIRS})
