// What the init directory holds, for the start: files that declare queues and topics, and scripts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace squire::provision {

struct InitScript {
  std::filesystem::path path;
  std::vector<std::string> interpreter;  // what runs it, and the arguments before its name
};

// What the init directory and others hold, each in the order of names.
struct InitFiles {
  std::vector<std::filesystem::path> declarations;  // *.json
  std::vector<InitScript> scripts;                  // *.sh and *.py
};

// A missing directory is an empty one. `script_directories` come after the init directory, with the
// directories in them; other files than scripts in them are nobody's business. ProvisionError if
// one cannot be read, or holds a script that cannot be run for want of its interpreter.
InitFiles find_init_files(const std::filesystem::path& directory,
                          const std::vector<std::filesystem::path>& script_directories = {});

}  // namespace squire::provision
