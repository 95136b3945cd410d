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

// LOCALSTACK_HOST of this environment, which its users set to the name that others know it by:
// "aws", "aws:4510". Nothing if it is not set, or no host, which describe_unheeded() tells.
std::optional<std::string> find_localstack_host(const char* const* environment);

// "http://aws:4566", for links that others follow. `port` if the host says none.
std::string localstack_url(const std::string& host, std::uint16_t port);

}  // namespace squire::app
