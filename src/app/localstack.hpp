// What is here of LocalStack, for whoever put Squire into its place: its directories of scripts,
// and its variables.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace squire::app {

// Whether we stand in LocalStack's place: its directories are there, as in the image with a shell
// or when a compose file made for it mounts one. Its variables alone say nothing: SERVICES and
// DEBUG mean other things elsewhere. `root` is another than / in tests.
bool is_in_place_of_localstack(const std::filesystem::path& root = "/");

// Where it has the scripts that run when it is ready, in the order in which it runs them.
std::vector<std::filesystem::path> localstack_script_directories(
    const std::filesystem::path& root = "/");

// What these variables ask for and do not get, for one line of the log; empty: nothing.
std::string describe_unheeded(const char* const* environment,
                              const std::filesystem::path& root = "/");

// "http://aws:4566", as LOCALSTACK_HOST has it, for links that others follow; nothing if it is not
// set, or no host.
std::optional<std::string> localstack_url(std::uint16_t port);

}  // namespace squire::app
