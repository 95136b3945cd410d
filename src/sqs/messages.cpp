#include <algorithm>
#include <array>

#include "sqs/message_input.hpp"
#include "sqs/names.hpp"
#include "sqs/queue_url.hpp"
#include "sqs/visibility.hpp"
#include "squire/service/system_attributes.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {
namespace {

constexpr int kMessagesMax = 10;
constexpr int kWaitSecondsMax = 20;

constexpr std::array<std::string_view, 10> kSystemAttributeNames = {
    "All",
    "ApproximateFirstReceiveTimestamp",
    "ApproximateReceiveCount",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
    "MessageDeduplicationId",
    "MessageGroupId",
    "SenderId",
    "SentTimestamp",
    "SequenceNumber"};

bool contains(const Strings& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The deprecated AttributeNames and its successor, as one list.
Result<Strings> system_attribute_names(const ReceiveMessage::Request& request) {
  Strings names = request.attribute_names;
  names.insert(names.end(), request.message_system_attribute_names.begin(),
               request.message_system_attribute_names.end());
  for (const auto& name : names) {
    const bool is_known = std::find(kSystemAttributeNames.begin(), kSystemAttributeNames.end(),
                                    name) != kSystemAttributeNames.end();
    // An empty name is how some clients write an empty list.
    if (!is_known && !name.empty()) return errors::unknown_attribute(name);
  }
  return names;
}

StringMap system_attributes(const engine::ReceivedMessage& message, const engine::Queue& queue,
                            const Strings& names) {
  StringMap attributes;
  const bool wants_all = contains(names, "All");
  const auto add = [&](std::string_view name, auto&& value) {
    if (!wants_all && !contains(names, name)) return;
    std::string text = value();
    if (!text.empty()) attributes.emplace(name, std::move(text));
  };
  service::for_each_system_attribute(message, add);
  if (queue.is_fifo()) {
    add("SequenceNumber", [&] { return sequence_number(message.row.key.sequence); });
  }
  return attributes;
}

// "All", "*" and ".*" match every name, "bar.*" those that begin with "bar" (?).
bool is_wanted(std::string_view name, const Strings& filters) {
  return std::any_of(filters.begin(), filters.end(), [&](std::string_view filter) {
    if (filter == "All" || filter == "*" || filter == name) return true;
    return filter.ends_with(".*") && name.starts_with(filter.substr(0, filter.size() - 2));
  });
}

ReceiveMessage::Message to_message(engine::Broker& broker, const engine::ReceivedMessage& received,
                                   const engine::Queue& queue,
                                   const ReceiveMessage::Request& request,
                                   const Strings& attribute_names) {
  ReceiveMessage::Message message;
  message.message_id = to_string(received.row.id);
  message.receipt_handle = received.handle().encode();
  auto body = broker.show(*received.row.body);
  message.md5_of_body = to_hex(body.digest);
  message.body = std::move(body.text);
  if (!attribute_names.empty()) {
    message.attributes = system_attributes(received, queue, attribute_names);
  }
  if (!received.row.details || request.message_attribute_names.empty()) return message;
  MessageAttributes wanted;
  for (const auto& [name, attribute] : received.row.details->attributes) {
    if (!is_wanted(name, request.message_attribute_names)) continue;
    wanted.emplace(name, attribute);
    AttributeValue& value = message.message_attributes[name];
    value.data_type = attribute.type;
    if (attribute.is_binary()) {
      value.binary_value = Blob{attribute.value};
    } else {
      value.string_value = attribute.value;
    }
  }
  // Of what is returned, not of what is stored: that is what clients can check.
  message.md5_of_message_attributes = attributes_digest(wanted);
  return message;
}

Result<void> check_receive(const ReceiveMessage::Request& request, const engine::Queue& queue) {
  const auto out_of = [](std::optional<int> value, int min, int max) {
    return value && (*value < min || *value > max);
  };
  if (out_of(request.max_number_of_messages, 1, kMessagesMax)) {
    return Error::invalid_parameter(std::to_string(*request.max_number_of_messages),
                                    "MaxNumberOfMessages",
                                    "Must be between 1 and 10, if provided.");
  }
  if (out_of(request.wait_time_seconds, 0, kWaitSecondsMax)) {
    return Error::invalid_parameter(std::to_string(*request.wait_time_seconds), "WaitTimeSeconds",
                                    "Must be >= 0 and <= 20, if provided.");
  }
  if (out_of(request.visibility_timeout, 0, kVisibilitySecondsMax)) {
    return Error::invalid_parameter(std::to_string(*request.visibility_timeout),
                                    "VisibilityTimeout",
                                    "Must be between 0 and 43200, if provided.");
  }
  const auto& attempt_id = request.receive_request_attempt_id;
  if (attempt_id.empty()) return {};
  if (!queue.is_fifo()) {
    return Error::invalid_parameter(
        attempt_id, "ReceiveRequestAttemptId",
        "The request include parameter that is not valid for this queue type.");
  }
  if (!is_token(attempt_id)) {
    return Error::invalid_parameter(attempt_id, "ReceiveRequestAttemptId",
                                    "ReceiveRequestAttemptId can only include alphanumeric and "
                                    "punctuation characters. 1 to 128 in length.");
  }
  return {};
}

// What the queue has; nothing in `waiting`: it is worth waiting for something.
Result<void> take_messages(Call& call, ReceiveMessage::Waiting& waiting) {
  const auto& request = waiting.request;
  auto queue = std::move(waiting.queue);
  if (!queue) {
    SQUIRE_TRY(queue, find_queue(call, request.queue_url));
  }
  engine::ReceiveOptions options;
  options.count_max = request.max_number_of_messages.value_or(1);
  if (request.visibility_timeout) options.visibility_timeout = Seconds(*request.visibility_timeout);
  options.attempt_id = request.receive_request_attempt_id;
  options.is_long_poll = waiting.wait > Milliseconds(0);
  options.client = call.client;
  if (call.faults && call.faults->is_duplicated) options.visibility_timeout = Seconds(0);
  const bool may_wait = options.is_long_poll && call.may_wait(waiting.wait);
  SQUIRE_TRY(auto received, call.broker.receive(*queue, std::move(options),
                                                may_wait ? call.wait_slot() : nullptr));
  call.wait_for(received.ticket);
  if (received.messages.empty() && may_wait) return {};
  waiting.queue = std::move(queue);
  waiting.received = std::move(received);
  return {};
}

// Whether helpers sign those first that nobody has seen yet.
bool must_sign(Call& call, const std::vector<engine::ReceivedMessage>& messages) {
  std::vector<std::shared_ptr<const engine::Body>> bodies;
  for (const auto& message : messages) {
    if (message.row.body->must_be_signed()) bodies.push_back(message.row.body);
  }
  if (bodies.empty()) return false;
  return call.must_compute(
      [&broker = call.broker, bodies = std::move(bodies)](std::size_t part, std::size_t parts) {
        for (std::size_t i = part; i < bodies.size(); i += parts) broker.sign(*bodies[i]);
      });
}

}  // namespace

Result<SendMessage::Response> SendMessage::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  const auto settings = queue->settings();
  Response response;
  response.md5_of_message_system_attributes = system_attributes_digest(request);
  SQUIRE_CHECK(check_size(request, *settings, "One or more parameters are invalid."));
  SQUIRE_TRY(const auto message, check_message(call, *queue, *settings, std::move(request)));
  SQUIRE_TRY(const auto sent, queue->send(message));
  call.wait_for(sent.ticket);
  fill_result(response, *queue, message, sent);
  return response;
}

Result<ReceiveMessage::Waiting> ReceiveMessage::begin(Call& call, Request request) {
  SQUIRE_TRY(auto queue, find_queue(call, request.queue_url));
  SQUIRE_CHECK(check_receive(request, *queue));
  SQUIRE_TRY(auto attribute_names, system_attribute_names(request));
  const Seconds wait = request.wait_time_seconds ? Seconds(*request.wait_time_seconds)
                                                 : queue->settings()->receive_wait;
  return Waiting{std::move(request), std::move(attribute_names), wait, std::move(queue), {}};
}

Result<std::optional<ReceiveMessage::Response>> ReceiveMessage::look(Call& call, Waiting& waiting) {
  if (!waiting.received) {
    SQUIRE_CHECK(take_messages(call, waiting));
    if (!waiting.received) return std::nullopt;
  }
  if (must_sign(call, waiting.received->messages)) return std::nullopt;
  Response response;
  for (const auto& message : waiting.received->messages) {
    response.messages.push_back(
        to_message(call.broker, message, *waiting.queue, waiting.request, waiting.attribute_names));
  }
  if (call.faults && call.faults->is_reordered) {
    std::shuffle(response.messages.begin(), response.messages.end(), call.faults->dice);
  }
  return response;
}

Result<NoOutput> DeleteMessage::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  SQUIRE_TRY(const auto ticket, queue->remove(request.receipt_handle, call.client));
  call.wait_for(ticket);
  return NoOutput{};
}

Result<NoOutput> ChangeMessageVisibility::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  SQUIRE_TRY(const auto timeout, check_visibility_timeout(request.visibility_timeout));
  SQUIRE_TRY(const auto ticket,
             queue->change_visibility(request.receipt_handle, timeout, call.client));
  call.wait_for(ticket);
  return NoOutput{};
}

}  // namespace squire::sqs
