#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "squire/engine/record.hpp"
#include "squire/filter/policy.hpp"

namespace squire::engine {

// How a subscription's endpoint is reached; names as in the API, see protocol_name().
enum class DeliveryProtocol : std::uint8_t {
  Http,
  Https,
  Email,
  EmailJson,
  Sms,
  Sqs,
  Application,
  Lambda,
  Firehose
};

// A subscription exists with exactly these attributes.
struct SubscriptionRow {
  static constexpr RowTraits kRow{
      .table = "subscription", .noun = "subscription", .order = RowOrder::AsMade};

  // Deleted: unsubscribed by a link; the endpoint can still take that back.
  enum class State : std::uint8_t { Pending, Confirmed, Deleted };

  Uuid id;
  std::uint32_t topic = 0;
  std::string owner;  // account
  DeliveryProtocol protocol = DeliveryProtocol::Sqs;
  std::string endpoint;
  StringMap attributes;
  State state = State::Pending;
  std::string token;               // of the last confirmation sent, or empty
  TimePoint changed_at;            // its state
  bool was_authenticated = false;  // ConfirmationWasAuthenticated
  bool authenticates_unsubscribe = false;
  std::uint32_t delivery_queue = 0;  // number of the queue of its pending deliveries; 0: none

  template <typename Columns, typename Self>
  static void columns(Columns& c, Self& row) {
    c.key("id", row.id);
    c.owner("topic", row.topic);
    c("owner", row.owner);
    c("protocol", row.protocol, DeliveryProtocol::Firehose);
    c("endpoint", row.endpoint);
    c("attributes", row.attributes);
    c("state", row.state, State::Deleted);
    c("token", row.token);
    c("changed_at", row.changed_at);
    c("was_authenticated", row.was_authenticated);
    c("authenticates_unsubscribe", row.authenticates_unsubscribe);
    c("delivery_queue", row.delivery_queue);
  }
};

// As in the API: "http", "email-json", …
std::string_view protocol_name(DeliveryProtocol protocol);
std::optional<DeliveryProtocol> parse_protocol(std::string_view name);

// Whether deliveries to such an endpoint leave the daemon, so that they wait in a queue of their
// own until a courier has brought them there. Email does if there is a mail server.
bool has_delivery_queue(DeliveryProtocol protocol, bool sends_email);

// Whether deliveries to such an endpoint are caught in the outbox.
bool goes_to_outbox(DeliveryProtocol protocol);

// One subscription of a topic, as it is now. Immutable: a change makes a new one in its place, so
// whoever publishes goes on with what he has seen.
class Subscription {
 public:
  // The attributes were checked when they were set (sns); what cannot be read counts as absent.
  Subscription(SubscriptionRow row, const ResourceName& topic);

  const SubscriptionRow& row() const { return row_; }
  const ResourceName& topic() const { return topic_; }
  std::string arn() const { return arn_; }
  DeliveryProtocol protocol() const { return row_.protocol; }
  bool is_confirmed() const { return row_.state == SubscriptionRow::State::Confirmed; }
  bool is_raw() const { return is_raw_; }
  bool has_replay_policy() const { return row_.attributes.contains("ReplayPolicy"); }
  // Null: every message.
  const std::shared_ptr<const filter::Policy>& filter() const { return filter_; }
  // The queue that is subscribed; nothing for other protocols.
  const std::optional<ResourceName>& queue() const { return queue_; }
  const std::optional<ResourceName>& dead_letter_queue() const { return dead_letter_queue_; }

 private:
  const SubscriptionRow row_;
  const ResourceName topic_;
  const std::string arn_;
  bool is_raw_ = false;
  std::shared_ptr<const filter::Policy> filter_;
  std::optional<ResourceName> queue_;
  std::optional<ResourceName> dead_letter_queue_;
};

// The queue that a subscription's RedrivePolicy names, if it does.
std::optional<ResourceName> parse_dead_letter_target(std::string_view redrive_policy);

}  // namespace squire::engine
