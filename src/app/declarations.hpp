#pragma once

#include "squire/app/config.hpp"
#include "squire/engine/broker.hpp"

namespace squire::app {

// Makes the declared queues exist with the declared attributes and tags, in whatever order their
// dead-letter queues need; what exists already keeps everything else. ConfigError names the queue
// that cannot be.
void declare_queues(engine::Broker& broker, const Config& config);

// Likewise the declared topics and their subscriptions, behind the queues.
void declare_topics(engine::Broker& broker, const Config& config);

}  // namespace squire::app
