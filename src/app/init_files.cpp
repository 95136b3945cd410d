#include "app/init_files.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "app/declarations.hpp"
#include "app/interpreter.hpp"
#include "app/json_file.hpp"

namespace squire::app {
namespace {

namespace fs = std::filesystem;

// In the order of names; hidden ones left out: Kubernetes keeps the files of a volume in hidden
// directories, and links to them. None if the directory is not there.
std::vector<fs::path> list_directory(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code error;
  if (directory.empty() || !fs::exists(directory, error)) return found;
  for (fs::directory_iterator at(directory, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    if (!at->path().filename().string().starts_with('.')) found.push_back(at->path());
  }
  if (error) {
    throw ConfigError("the init directory " + directory.string() +
                      " cannot be read: " + error.message());
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool is_script(const fs::path& path) {
  return path.extension() == ".sh" || path.extension() == ".py";
}

void add_script(InitFiles& files, const fs::path& path) {
  files.scripts.push_back({path, find_interpreter(path)});
}

// As LocalStack goes through its directories: files first.
void add_scripts_below(InitFiles& files, const fs::path& directory) {
  const auto found = list_directory(directory);
  std::error_code ignored;
  for (const auto& path : found) {
    if (is_script(path) && !fs::is_directory(path, ignored)) add_script(files, path);
  }
  for (const auto& path : found) {
    if (fs::is_directory(fs::symlink_status(path, ignored))) add_scripts_below(files, path);
  }
}

Config read_declared(const Config& config, const std::filesystem::path& file) {
  Config declared = config;
  declared.queues.clear();
  declared.topics.clear();
  const auto document = parse_object(read_file(file), file.string());
  for (const auto& [key, value] : document.json.items()) {
    if (!read_declarations(declared, key, value, document.source)) {
      fail(document.source, key,
           "cannot stand here: these files hold only queues and topics; settings are flags, "
           "variables of the environment or in the --config file");
    }
  }
  return declared;
}

}  // namespace

InitFiles find_init_files(const fs::path& directory,
                          const std::vector<fs::path>& script_directories) {
  InitFiles files;
  for (const auto& path : list_directory(directory)) {
    if (path.extension() == ".json") {
      files.declarations.push_back(path);
    } else if (is_script(path)) {
      add_script(files, path);
    } else {
      spdlog::warn("{} is neither *.json nor *.sh or *.py and is not applied", path.string());
    }
  }
  for (const auto& other : script_directories) add_scripts_below(files, other);
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
