#include "app/declared_files.hpp"

#include "app/json_file.hpp"
#include "squire/provision/error.hpp"
#include "squire/service/call.hpp"

namespace squire::app {
namespace {

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

void declare_configured(engine::Broker& broker, const Config& config) {
  const service::Identity owner{config.account, config.region};
  provision::declare_queues(broker, owner, config.queues);
  provision::declare_topics(broker, owner, config.topics);
}

void declare_init_files(engine::Broker& broker, const Config& config,
                        const std::vector<std::filesystem::path>& files) {
  for (const auto& file : files) {
    const auto declared = read_declared(config, file);
    try {
      declare_configured(broker, declared);
    } catch (const provision::ProvisionError& error) {
      throw ConfigError(file.string() + ": " + error.what());
    }
  }
}

}  // namespace squire::app
