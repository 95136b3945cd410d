#pragma once

#include <filesystem>
#include <vector>

#include "squire/app/config.hpp"
#include "squire/engine/broker.hpp"

namespace squire::app {

// What the init directory holds, each in the order of names.
struct InitFiles {
  std::vector<std::filesystem::path> declarations;  // *.json
  std::vector<std::filesystem::path> scripts;       // *.sh
};

// A missing directory is an empty one. ConfigError if it cannot be read, or holds scripts where
// there is no shell to run them.
InitFiles find_init_files(const std::filesystem::path& directory);

// Makes what each file declares exist, one file after the other. They have the configuration's form
// with nothing but queues and topics. ConfigError names the file and what is wrong in it.
void declare_init_files(engine::Broker& broker, const Config& config,
                        const std::vector<std::filesystem::path>& files);

}  // namespace squire::app
