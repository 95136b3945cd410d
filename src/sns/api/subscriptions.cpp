#include <algorithm>

#include "sns/api/arns.hpp"
#include "sns/api/endpoints.hpp"
#include "sns/api/paging.hpp"
#include "sns/api/subscription_attributes.hpp"
#include "sns/delivery/confirmation.hpp"
#include "sns/delivery/links.hpp"
#include "squire/core/text.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

constexpr std::size_t kStepsPerTopic = 3;    // to look at what it has
constexpr std::size_t kStepsToListOne = 10;  // to put it into a list, in order

using engine::SubscriptionRow;
using State = SubscriptionRow::State;
using SubscriptionPointer = std::shared_ptr<const engine::Subscription>;

// Whether each of the attributes, were it set now, would change nothing.
bool has_attributes(const engine::Subscription& subscription, const engine::Topic& topic,
                    const StringMap& attributes) {
  SubscriptionRow wanted = subscription.row();
  if (set_subscription_attributes(wanted, topic, attributes).has_error()) return false;
  const auto value = [](const SubscriptionRow& row, const std::string& name) {
    const auto at = row.attributes.find(name);
    return at == row.attributes.end() ? std::string_view() : std::string_view(at->second);
  };
  return std::all_of(attributes.begin(), attributes.end(), [&](const auto& attribute) {
    const auto& name = attribute.first;
    return is_same_attribute(name, value(wanted, name), value(subscription.row(), name));
  });
}

Subscribe::Response to_response(const engine::Subscription& subscription,
                                const Subscribe::Request& request) {
  if (subscription.is_confirmed() || request.return_subscription_arn) return {subscription.arn()};
  return {"pending confirmation"};
}

void give_token(Call& call, const engine::Topic& topic, SubscriptionRow& row) {
  row.token = make_token(call, topic);
  row.changed_at = call.broker.env().clock.now();
}

// With a new token, the confirmation goes out again.
Result<void> ask_to_confirm(Call& call, engine::Topic& topic, const Uuid& id,
                            SubscriptionRow::State state, std::string_view type) {
  SQUIRE_TRY(const auto asked, call.broker.topics().edit_subscription(
                                   topic, id, [&](SubscriptionRow& row) -> Result<void> {
                                     row.state = state;
                                     give_token(call, topic, row);
                                     return {};
                                   }));
  call.wait_for(asked.ticket);
  send_confirmation(call, *asked.subscription, type);
  return {};
}

// The subscription there is, if somebody else was faster.
Result<engine::Topics::Subscribed> subscribe_new(Call& call,
                                                 const std::shared_ptr<engine::Topic>& topic,
                                                 SubscriptionRow row, const StringMap& attributes) {
  if (attributes.contains("FilterPolicy")) {
    SQUIRE_CHECK(check_filter_policy_count(call.broker, *topic));
  }
  SQUIRE_CHECK(set_subscription_attributes(row, *topic, attributes));
  if (row.protocol == engine::DeliveryProtocol::Firehose &&
      !row.attributes.contains("SubscriptionRoleArn")) {
    return errors::invalid_parameter("Attributes", "SubscriptionRoleArn is required");
  }
  row.id = call.broker.env().ids.next();
  row.owner = call.identity.account;
  if (is_owned(call, row.protocol, row.endpoint)) {
    row.state = State::Confirmed;
    row.was_authenticated = true;
    row.changed_at = call.broker.env().clock.now();
  } else {
    give_token(call, *topic, row);
  }
  SQUIRE_TRY(auto made, call.broker.topics().subscribe(*topic, std::move(row)));
  call.wait_for(made.ticket);
  const auto& subscription = *made.subscription;
  if (made.is_new && !subscription.is_confirmed()) {
    send_confirmation(call, subscription, kSubscriptionConfirmation);
  } else if (made.is_new && subscription.has_replay_policy()) {
    call.wait_for(call.broker.topics().replays().start(topic, subscription));
  }
  return made;
}

SubscriptionListResponse::Subscription to_item(const engine::Subscription& subscription) {
  const auto& row = subscription.row();
  const auto arn = row.state == State::Confirmed ? subscription.arn()
                   : row.state == State::Pending ? "PendingConfirmation"
                                                 : "Deleted";
  return {arn, row.owner, std::string(engine::protocol_name(row.protocol)), row.endpoint,
          to_arn("sns", subscription.topic())};
}

Result<SubscriptionListResponse> list(std::vector<SubscriptionPointer> subscriptions,
                                      const std::string& next_token) {
  std::sort(subscriptions.begin(), subscriptions.end(),
            [](const auto& a, const auto& b) { return a->arn() < b->arn(); });
  const auto key = [](const auto& subscription) { return subscription->arn(); };
  SQUIRE_TRY(const auto page, take_page(std::move(subscriptions), key, next_token));
  SubscriptionListResponse response{{}, page.next_token};
  for (const auto& subscription : page.items) {
    response.subscriptions.push_back(to_item(*subscription));
  }
  return response;
}

// The token decides: the topic it was made for need not be the one that is named, if that is of the
// same region.
Result<FoundSubscription> find_confirmed(const Call& call, const std::string& topic_arn,
                                         const std::string& token) {
  const auto name = parse_arn("sns", topic_arn);
  if (!name || is_elsewhere(call, *name)) return errors::invalid_parameter("Topic");
  auto topic = call.broker.topics().find(*name);
  auto subscription = topic ? topic->find_by_token(token) : nullptr;
  if (!subscription) {
    topic = find_topic_of_token(call, token);
    subscription =
        topic && topic->name().region == name->region ? topic->find_by_token(token) : nullptr;
  }
  if (!subscription) return errors::invalid_parameter("Token");
  return FoundSubscription{std::move(topic), std::move(subscription)};
}

}  // namespace

Result<Subscribe::Response> Subscribe::run(Call& call, Request request) {
  SQUIRE_TRY(const auto name, parse_topic_arn(call, request.topic_arn, "TopicArn"));
  const auto protocol = engine::parse_protocol(request.protocol);
  if (!protocol) {
    return errors::invalid_parameter("Amazon SNS does not support this protocol string: " +
                                     request.protocol);
  }
  SQUIRE_TRY(const auto topic, call.broker.topics().topic(name));
  SQUIRE_CHECK(check_endpoint(call, *protocol, request.endpoint));
  SQUIRE_CHECK(check_topic_type(*topic, *protocol, request.endpoint));
  auto existing = topic->find(*protocol, request.endpoint);
  if (!existing) {
    SubscriptionRow row;
    row.protocol = *protocol;
    row.endpoint = request.endpoint;
    SQUIRE_TRY(const auto made, subscribe_new(call, topic, std::move(row), request.attributes));
    if (made.is_new) return to_response(*made.subscription, request);
    existing = made.subscription;
  }
  SubscriptionRow checked = existing->row();
  SQUIRE_CHECK(set_subscription_attributes(checked, *topic, request.attributes));
  if (!has_attributes(*existing, *topic, request.attributes)) {
    return errors::invalid_parameter("Attributes",
                                     "Subscription already exists with different attributes");
  }
  if (existing->is_confirmed()) {
    call.wait_for(call.broker.env().journal.last_ticket());
    return to_response(*existing, request);
  }
  SQUIRE_CHECK(
      ask_to_confirm(call, *topic, existing->row().id, State::Pending, kSubscriptionConfirmation));
  return to_response(*existing, request);
}

Result<ConfirmSubscription::Response> ConfirmSubscription::run(Call& call, Request request) {
  const auto authenticate = request.authenticate_on_unsubscribe.empty()
                                ? std::optional(false)
                                : parse_boolean(request.authenticate_on_unsubscribe);
  if (!authenticate) return errors::invalid_parameter("AuthenticateOnUnsubscribe");
  SQUIRE_TRY(const auto found, find_confirmed(call, request.topic_arn, request.token));
  const auto& [topic, subscription] = found;
  if (subscription->is_confirmed()) return Response{subscription->arn()};
  if (*authenticate && !call.identity.is_signed) {
    return Error{errors::kAuthorizationError,
                 "AuthenticateOnUnsubscribe requires a signed request"};
  }
  SQUIRE_TRY(const auto confirmed,
             call.broker.topics().edit_subscription(
                 *topic, subscription->row().id, [&](SubscriptionRow& row) -> Result<void> {
                   row.state = State::Confirmed;
                   row.changed_at = call.broker.env().clock.now();
                   row.was_authenticated = call.identity.is_signed;
                   row.authenticates_unsubscribe = *authenticate;
                   return {};
                 }));
  call.wait_for(confirmed.ticket);
  return Response{confirmed.subscription->arn()};
}

Result<NoOutput> Unsubscribe::run(Call& call, Request request) {
  if (!request.subscription_arn) {
    return errors::invalid_parameter("SubscriptionArn", "no value for required parameter");
  }
  const auto found = find_subscription(call, *request.subscription_arn);
  if (found.has_error()) {
    if (found.error().code != errors::kNotFound) return found.error();
    call.wait_for(call.broker.env().journal.last_ticket());
    return NoOutput{};  // as if it had been there (?)
  }
  const auto& [topic, subscription] = *found;
  const auto& row = subscription->row();
  if (row.state == State::Pending) {
    return errors::invalid_parameter("SubscriptionArn",
                                     "A subscription pending confirmation cannot be deleted");
  }
  const bool is_owner = call.identity.is_signed && (call.identity.account == row.owner ||
                                                    call.identity.account == topic->name().account);
  if (row.authenticates_unsubscribe && !is_owner) {
    return Error{errors::kAuthorizationError,
                 "Only the owner of the topic or the subscription can delete it"};
  }
  if (is_owner || is_owned(call, row.protocol, row.endpoint)) {
    call.wait_for(call.broker.topics().remove_subscription(*topic, *subscription));
    return NoOutput{};
  }
  // Whoever had the link may have had no right to it: the endpoint can take it back.
  SQUIRE_CHECK(ask_to_confirm(call, *topic, row.id, State::Deleted, kUnsubscribeConfirmation));
  return NoOutput{};
}

Result<GetSubscriptionAttributes::Response> GetSubscriptionAttributes::run(Call& call,
                                                                           Request request) {
  SQUIRE_TRY(const auto found, find_subscription(call, request.subscription_arn));
  return Response{show_subscription_attributes(call.broker, *found.subscription)};
}

Result<NoOutput> SetSubscriptionAttributes::run(Call& call, Request request) {
  SQUIRE_TRY(const auto found, find_subscription(call, request.subscription_arn));
  const auto& [topic, subscription] = found;
  const bool is_replay = request.attribute_name == "ReplayPolicy";
  const auto set = [&, &topic = topic](SubscriptionRow& row) -> Result<void> {
    if (request.attribute_name == "FilterPolicy" && !row.attributes.contains("FilterPolicy")) {
      SQUIRE_CHECK(check_filter_policy_count(call.broker, *topic));
    }
    SQUIRE_CHECK(
        set_subscription_attribute(row, *topic, request.attribute_name, request.attribute_value));
    if (is_replay) row.changed_at = call.broker.env().clock.now();
    return {};
  };
  SQUIRE_TRY(const auto changed,
             call.broker.topics().edit_subscription(*topic, subscription->row().id, set));
  call.wait_for(changed.ticket);
  if (is_replay && changed.subscription->has_replay_policy()) {
    call.wait_for(call.broker.topics().replays().start(topic, *changed.subscription));
  } else if (is_replay) {
    call.broker.topics().replays().stop(*topic, changed.subscription->row().id);
  }
  return NoOutput{};
}

Result<SubscriptionListResponse> ListSubscriptions::run(Call& call, Request request) {
  if (call.must_move(kStepsPerTopic * call.broker.topics().count())) return Response{};
  const auto topics = call.broker.topics().all();
  std::size_t count = 0;
  for (const auto& topic : topics) count += topic->subscription_count();
  if (call.must_move(kStepsToListOne * count)) return Response{};
  std::vector<SubscriptionPointer> mine;
  for (const auto& topic : topics) {
    if (topic->name().region != call.identity.region) continue;
    for (auto& subscription : topic->subscriptions()) {
      if (subscription->row().owner == call.identity.account) {
        mine.push_back(std::move(subscription));
      }
    }
  }
  return list(std::move(mine), request.next_token);
}

Result<SubscriptionListResponse> ListSubscriptionsByTopic::run(Call& call, Request request) {
  SQUIRE_TRY(const auto topic, find_topic(call, request.topic_arn));
  if (call.must_move(kStepsToListOne * topic->subscription_count())) return Response{};
  return list(topic->subscriptions(), request.next_token);
}

}  // namespace squire::sns
