# Fails on an #include that points the wrong way, on a call that is banned outside its one file, on a
# service named in a layer that serves them all, on a file that has grown too long, and on a comment that names a document which is not here. Run: cmake -P tests/layering_test.cmake
cmake_minimum_required(VERSION 3.25)

if(NOT ROOT)
  cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH ROOT)
endif()

# core <- { wire filter access net } <- engine <- { service storage outbound delivery }
#      <- { sqs sns sts http } <- { provision admin } <- app
# A layer sees of what stands left of it what is named here; layers in the same braces do not see each
# other.
set(sees_core core)
set(sees_wire core wire)
set(sees_filter core filter)
set(sees_access core access)
set(sees_net core net)
set(sees_engine core filter engine)
set(sees_storage core engine storage)
set(sees_outbound core outbound)
set(sees_delivery core engine delivery)
set(sees_service core wire engine access service)
set(sees_sqs core wire engine service sqs)
set(sees_sns core wire filter access engine service outbound delivery sns)
set(sees_sts core wire access service sts)
set(sees_http core engine service net http)
set(sees_provision core engine service sqs sns provision)
set(sees_admin core wire filter engine service storage admin)
set(sees_app core access net engine storage service outbound sqs sns sts http provision admin app)

# Regular expression, then the files that may match it.
set(bans clock time steady sleep stdout catch_all rand random_device typed_default)
set(ban_clock "system_clock::now" src/net/system_clock.cpp)
# A number from elsewhere may be no time that one can add to: to_time() says so. Rows are checked by their stores.
set(ban_time "TimePoint\\(Milliseconds" include/squire/engine/row.hpp src/storage/statements.hpp)
set(ban_steady "steady_clock::now" src/net/system_clock.cpp src/storage/sqlite_journal.cpp src/storage/sqlite_room.cpp
    src/core/heartbeat.cpp)
set(ban_sleep "sleep_(for|until)" src/net/server.cpp)  # the loop that waits for the last replies
set(ban_stdout "std::cout" src/app/maintenance.cpp)  # commands that end, and tell what they did
set(ban_catch_all "catch \\(\\.\\.\\.\\)" include/squire/core/internal_errors.hpp)
set(ban_rand "[^A-Za-z0-9_]s?rand\\(")
set(ban_random_device "random_device" src/core/ids.cpp src/core/keyed_hash.cpp)
# nlohmann's value("name", "text") throws if the member is no text; value("name", Json("text")) takes any.
set(ban_typed_default "\\.value\\(\"[A-Za-z]+\", *(\"|true|false|[0-9])")

# General layers serve whatever services there are, and name none of them in their code.
set(general_layers core wire filter service access net)
# A service is a layer with a table.
file(GLOB tables "${ROOT}/src/*/table.cpp")
set(service_names lambda iot)
foreach(table IN LISTS tables)
  cmake_path(GET table PARENT_PATH folder)
  cmake_path(GET folder FILENAME name)
  list(APPEND service_names ${name})
endforeach()
list(JOIN service_names "|" service_names)
set(service_names "[^A-Za-z0-9_](${service_names})[^A-Za-z0-9_]")

set(src_lines_max 450)
set(include_lines_max 700)

set(failures "")
function(complain file text)
  set(failures "${failures}  ${file}: ${text}\n" PARENT_SCOPE)
endfunction()

# The layer a file belongs to; main.cpp stands in front of app and sees what app sees.
function(layer_of file out)
  if(file MATCHES "^(include/squire|src)/([a-z]+)/")
    set(${out} ${CMAKE_MATCH_2} PARENT_SCOPE)
  else()
    set(${out} app PARENT_SCOPE)
  endif()
endfunction()

file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/include/*.hpp ${ROOT}/src/*.hpp ${ROOT}/src/*.cpp)
list(LENGTH files files_count)
if(files_count EQUAL 0)
  message(FATAL_ERROR "no sources under ${ROOT}")
endif()

foreach(file IN LISTS files)
  layer_of(${file} layer)
  if(NOT DEFINED sees_${layer})
    complain(${file} "\"${layer}\" is no layer")
    continue()
  endif()

  file(STRINGS ${ROOT}/${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]*\"")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^[^\"]*\"([^\"]*)\".*" "\\1" include "${include}")
    if(include MATCHES "^squire/([a-z]+)/")
      if(NOT CMAKE_MATCH_1 IN_LIST sees_${layer})
        complain(${file} "${layer} must not see ${include}")
      elseif(NOT EXISTS ${ROOT}/include/${include})
        complain(${file} "${include} does not exist")
      endif()
    elseif(file MATCHES "^include/")
      complain(${file} "a public header includes the private ${include}")
    elseif(NOT include MATCHES "^${layer}/")
      complain(${file} "${include} is private to its layer")
    endif()
  endforeach()

  file(READ ${ROOT}/${file} text)
  string(REGEX MATCHALL "\n" newlines "${text}")
  list(LENGTH newlines lines_count)
  string(REGEX MATCH "^[a-z]+" top ${file})
  if(lines_count GREATER ${top}_lines_max)
    complain(${file} "${lines_count} lines, more than ${${top}_lines_max}")
  endif()

  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  string(TOLOWER "${text}" lower_case)
  if(layer IN_LIST general_layers AND lower_case MATCHES "${service_names}")
    complain(${file} "\"${CMAKE_MATCH_1}\" is named in a layer that serves all services")
  endif()
  foreach(ban IN LISTS bans)
    list(POP_FRONT ban_${ban} pattern)
    if(NOT file IN_LIST ban_${ban} AND text MATCHES "${pattern}")
      complain(${file} "\"${CMAKE_MATCH_0}\" is banned here")
    endif()
    list(PREPEND ban_${ban} "${pattern}")
  endforeach()
endforeach()

# A comment names documents that are here.
file(GLOB_RECURSE commented RELATIVE ${ROOT} ${ROOT}/tests/*.hpp ${ROOT}/tests/*.cpp)
foreach(file IN LISTS files commented)
  file(STRINGS ${ROOT}/${file} comments REGEX "//.*[A-Za-z0-9_-]\\.md")
  foreach(comment IN LISTS comments)
    string(REGEX REPLACE "^.*//" "" comment "${comment}")
    string(REGEX MATCHALL "[A-Za-z0-9_./-]+\\.md" documents "${comment}")
    foreach(document IN LISTS documents)
      if(NOT EXISTS ${ROOT}/${document})
        complain(${file} "there is no ${document}")
      endif()
    endforeach()
  endforeach()
endforeach()

if(failures)
  message(FATAL_ERROR "${files_count} files, of which these are wrong:\n${failures}")
endif()
message("${files_count} files, all as they should be")
