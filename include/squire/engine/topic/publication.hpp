#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "squire/engine/queue/queue.hpp"
#include "squire/engine/topic/subscription.hpp"

namespace squire::engine {

// A message published to a topic, checked. Shared by all its deliveries.
struct Publication {
  Uuid id;
  TimePoint published_at;
  std::uint64_t sender_account = 0;
  std::string subject;
  std::shared_ptr<const Body> text;
  // Of protocols with a text of their own (MessageStructure "json").
  std::map<DeliveryProtocol, std::shared_ptr<const Body>> texts;
  std::map<std::string, std::shared_ptr<const Body>, std::less<>> push_texts;  // by platform
  std::shared_ptr<const Details> details;  // attributes, group and deduplication id; null: none
  std::string endpoint;                    // what links in the delivered text begin with
  std::string display_name;                // the topic's
  int signature_version = 1;
  std::uint64_t sequence = 0;  // FIFO topics
  bool is_replayed = false;
  ClientPtr client;

  const std::shared_ptr<const Body>& text_for(DeliveryProtocol protocol) const {
    const auto at = texts.find(protocol);
    return at == texts.end() ? text : at->second;
  }
};

class Broker;

// What one publication looks like to its subscribers. Used by one thread; keeps what they share.
class Rendering {
 public:
  virtual ~Rendering() = default;

  // The message as the subscription's queue, its delivery queue or its dead-letter queue gets it.
  virtual OutgoingMessage message_for(const Subscription& subscription) = 0;
  // Whether that can be a message of the endpoint at all; if not, it is a dead letter at once.
  virtual bool is_deliverable(const Subscription& subscription) const = 0;
};

// The engine decides who gets a message; a Renderer, given by sns, what it looks like. Thread-safe.
class Renderer {
 public:
  virtual ~Renderer() = default;

  // `publication` outlives the rendering.
  virtual std::unique_ptr<Rendering> render(Broker& broker, const ResourceName& topic,
                                            const Publication& publication) const = 0;

  // The signature that a text of its making lacks: the same for the same text, whenever it is
  // asked for. Takes half a millisecond.
  virtual std::string sign(Broker& broker, const std::string& text) const = 0;

  // What asks an endpoint to visit a link: "SubscriptionConfirmation", "UnsubscribeConfirmation".
  virtual OutgoingMessage render_confirmation(Broker& broker, const Subscription& subscription,
                                              std::string_view type,
                                              const std::string& endpoint) const = 0;
};

}  // namespace squire::engine
