#include "app/init_files.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>

#include "app/declarations.hpp"
#include "app/json_file.hpp"

namespace squire::app {
namespace {

void require_shell(const std::vector<std::filesystem::path>& scripts) {
  if (scripts.empty() || ::access("/bin/sh", X_OK) == 0) return;
  throw ConfigError(scripts.front().string() +
                    " needs /bin/sh, which is not here: declare queues and topics in a *.json file "
                    "instead, or take the image with a shell (docker build --target shell)");
}

Config read_declared(const Config& config, const std::filesystem::path& file) {
  Config declared = config;
  declared.queues.clear();
  declared.topics.clear();
  const auto document = parse_object(read_file(file), file.string());
  for (const auto& [key, value] : document.items()) {
    if (!read_declarations(declared, key, value, file.string())) {
      fail(file.string(), key,
           "cannot stand here: these files hold only queues and topics; settings are flags, "
           "variables of the environment or in the --config file");
    }
  }
  return declared;
}

}  // namespace

InitFiles find_init_files(const std::filesystem::path& directory) {
  InitFiles files;
  std::error_code error;
  if (directory.empty() || !std::filesystem::exists(directory, error)) return files;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) {
    throw ConfigError("the init directory " + directory.string() +
                      " cannot be read: " + error.message());
  }
  for (const auto& entry : entries) {
    const auto& path = entry.path();
    // Kubernetes keeps the files of a volume in hidden directories, and links to them.
    if (path.filename().string().starts_with('.')) continue;
    if (path.extension() == ".json") {
      files.declarations.push_back(path);
    } else if (path.extension() == ".sh") {
      files.scripts.push_back(path);
    } else {
      spdlog::warn("{} is neither *.json nor *.sh and is not applied", path.string());
    }
  }
  std::sort(files.declarations.begin(), files.declarations.end());
  std::sort(files.scripts.begin(), files.scripts.end());
  require_shell(files.scripts);
  return files;
}

void declare_init_files(engine::Broker& broker, const Config& config,
                        const std::vector<std::filesystem::path>& files) {
  for (const auto& file : files) {
    const auto declared = read_declared(config, file);
    try {
      declare_queues(broker, declared);
      declare_topics(broker, declared);
    } catch (const ConfigError& error) {
      throw ConfigError(file.string() + ": " + error.what());
    }
  }
}

}  // namespace squire::app
