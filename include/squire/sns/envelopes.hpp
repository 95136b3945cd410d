#pragma once

#include <memory>

#include "squire/engine/topic/publication.hpp"

namespace squire::sns {

// What the deliveries of SNS look like (SNS Developer Guide, "Parsing message formats"): envelopes
// and raw messages. One for the life of the broker, which it outlives. Thread-safe.
class Envelopes final : public engine::Renderer {
 public:
  Envelopes();
  ~Envelopes() override;

  std::unique_ptr<engine::Rendering> render(engine::Broker& broker, const ResourceName& topic,
                                            const engine::Publication& publication) const override;
  std::string sign(engine::Broker& broker, const std::string& text) const override;
  engine::OutgoingMessage render_confirmation(engine::Broker& broker,
                                              const engine::Subscription& subscription,
                                              std::string_view type,
                                              const std::string& endpoint) const override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace squire::sns
