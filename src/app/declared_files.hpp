#pragma once

#include <filesystem>
#include <vector>

#include "squire/app/config.hpp"
#include "squire/engine/broker.hpp"

namespace squire::app {

// Makes the queues and topics of the configuration exist. ProvisionError names what cannot be.
void declare_configured(engine::Broker& broker, const Config& config);

// Makes what each file declares exist, one file after the other. They have the configuration's form
// with nothing but queues and topics. ConfigError names the file and what is wrong in it.
void declare_init_files(engine::Broker& broker, const Config& config,
                        const std::vector<std::filesystem::path>& files);

}  // namespace squire::app
