#include <algorithm>
#include <set>

#include "sns/api/arns.hpp"
#include "sns/api/message_input.hpp"
#include "sns/delivery/links.hpp"
#include "sns/mobile/phone_numbers.hpp"
#include "sns/mobile/platform_endpoints.hpp"
#include "squire/core/ascii.hpp"
#include "squire/engine/outbox.hpp"
#include "squire/engine/registry.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"
#include "squire/wire/errors.hpp"

namespace squire::sns {
namespace {

constexpr std::size_t kStepsPerCopy = 200;  // to match, render and send it

using engine::DeliveryProtocol;
using engine::Publication;

constexpr std::size_t kEntriesMax = 10;
constexpr std::size_t kEntryIdMax = 80;

Publish::Response to_response(const engine::Topic& topic, const engine::Published& published) {
  return {to_string(published.id),
          topic.is_fifo() ? sequence_number(published.sequence) : std::string()};
}

// A message to one device or phone, which no topic stands between: straight into the outbox.
Publish::Response send_to_outbox(Call& call, DeliveryProtocol protocol, std::string endpoint,
                                 const Publication& publication, const std::string& text) {
  engine::OutboxRow row;
  row.protocol = protocol;
  row.endpoint = std::move(endpoint);
  row.message_id = call.broker.env().ids.next();
  row.subject = publication.subject;
  row.body = text;
  if (publication.details) row.attributes = publication.details->attributes;
  Publish::Response response{to_string(row.message_id), {}};
  auto more = std::make_shared<engine::Event::More>();
  more->detail = row.endpoint;
  call.broker.history().add({call.broker.env().clock.now(),
                             engine::Event::Kind::Caught,
                             0,
                             row.message_id,
                             {},
                             nullptr,
                             call.client,
                             publication.details,
                             std::move(more)});
  call.wait_for(call.broker.store<engine::Outbox>().add(std::move(row)));
  return response;
}

Result<Publish::Response> publish_to_phone(Call& call, Publish::Request request) {
  const std::string number = request.phone_number;
  if (!is_e164(number)) {
    return errors::invalid_parameter("PhoneNumber", number + " is not valid to publish to");
  }
  SQUIRE_TRY(const auto publication, check_message(call, request));
  if (publication.text_for(DeliveryProtocol::Sms) == nullptr) return missing_default();
  if (is_opted_out(call.broker.store<engine::Registry>(), call.identity.account,
                   call.identity.region, number)) {
    return Error{errors::kOptedOut, {}};
  }
  return send_to_outbox(call, DeliveryProtocol::Sms, number, publication,
                        publication.text_for(DeliveryProtocol::Sms)->text());
}

Result<Publish::Response> publish_to_device(Call& call, Publish::Request request) {
  const std::string arn = request.target_arn;
  SQUIRE_TRY(const auto target, find_push_target(call.broker.store<engine::Registry>(), arn));
  SQUIRE_TRY(const auto publication, check_message(call, request));
  const auto own = publication.push_texts.find(target.platform);
  const auto& text = own == publication.push_texts.end()
                         ? publication.text_for(DeliveryProtocol::Application)
                         : own->second;
  // Only a topic needs a text for everyone.
  if (text == nullptr) return missing_default();
  return send_to_outbox(call, DeliveryProtocol::Application, arn, publication, text->text());
}

Result<void> check_entry_id(const std::string& id) {
  const auto invalid = [&](std::string_view what) {
    return Error{errors::kInvalidBatchEntryId,
                 "The Id of a batch entry in the batch request " + std::string(what) + ": " + id};
  };
  if (id.empty()) return Error{errors::kInvalidBatchEntryId, {}};
  if (id.size() > kEntryIdMax) return invalid("is too long");
  const bool is_good = std::all_of(
      id.begin(), id.end(), [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
  if (!is_good) return invalid("contains an impermissible character");
  return {};
}

// What makes the whole batch fail before its messages are looked at, in this order
// (SNS API Reference, PublishBatch).
Result<void> check_entries(const PublishBatch::Request& request) {
  const auto& entries = request.entries;
  if (entries.empty()) return Error{errors::kEmptyBatchRequest, {}};
  if (entries.size() > kEntriesMax) return Error{errors::kTooManyEntriesInBatchRequest, {}};
  std::set<std::string_view> ids;
  for (const auto& entry : entries) {
    SQUIRE_CHECK(check_entry_id(entry.id));
  }
  for (const auto& entry : entries) {
    if (!ids.insert(entry.id).second) return Error{errors::kBatchEntryIdsNotDistinct, {}};
  }
  std::size_t total = 0;
  for (const auto& entry : entries) total += size_in_bytes(entry);
  if (total > kMessageBytesMax) return Error{errors::kBatchRequestTooLong, {}};
  return {};
}

BatchResultErrorEntry to_failed(const std::string& id, const Error& error) {
  return {id, std::string(error.code->code), std::string(wire::error_text(error)),
          error.code->is_sender_fault()};
}

Result<Publication> check_entry(const Call& call, const engine::Topic& topic, MessageInput& entry) {
  SQUIRE_TRY(auto publication, check_message(call, entry));
  SQUIRE_CHECK(check_for_topic_type(topic, entry, publication));
  return publication;
}

}  // namespace

Result<Publish::Response> Publish::run(Call& call, Request request) {
  const auto targets =
      !request.topic_arn.empty() + !request.target_arn.empty() + !request.phone_number.empty();
  if (targets == 0) {
    return errors::invalid_parameter("TopicArn or TargetArn", "no value for required parameter");
  }
  if (targets > 1) {
    return errors::invalid_parameter("TopicArn, TargetArn or PhoneNumber",
                                     "exactly one of them must be given");
  }
  if (!request.phone_number.empty()) return publish_to_phone(call, std::move(request));
  const auto& arn = request.topic_arn.empty() ? request.target_arn : request.topic_arn;
  if (request.topic_arn.empty() && is_push_target(arn)) {
    return publish_to_device(call, std::move(request));
  }
  SQUIRE_TRY(const auto name,
             parse_topic_arn(call, arn, request.topic_arn.empty() ? "TargetArn" : "TopicArn"));
  SQUIRE_TRY(auto publication, check_message(call, request));
  SQUIRE_TRY(const auto topic, call.broker.topics().topic(name));
  SQUIRE_CHECK(check_for_topic_type(*topic, request, publication));
  if (call.must_move(kStepsPerCopy * topic->subscription_count())) return Response{};
  SQUIRE_TRY(const auto published, topic->publish(std::move(publication), call.broker.renderer()));
  call.wait_for(published.ticket);
  return to_response(*topic, published);
}

Result<PublishBatch::Response> PublishBatch::run(Call& call, Request request) {
  SQUIRE_TRY(const auto name, parse_topic_arn(call, request.topic_arn, "TopicArn"));
  SQUIRE_CHECK(check_entries(request));
  SQUIRE_TRY(const auto topic, call.broker.topics().topic(name));
  const auto copies_max = topic->subscription_count() * request.entries.size();
  if (call.must_move(kStepsPerCopy * copies_max)) return Response{};
  Response response;
  std::vector<Publication> publications;
  for (std::size_t i = 0; i < request.entries.size(); ++i) {
    auto& entry = request.entries[i];
    // What Publish would refuse is refused with the whole batch.
    SQUIRE_TRY(auto publication, check_entry(call, *topic, entry));
    if (call.fails_entry(i, request.entries.size())) {
      response.failed.push_back(to_failed(entry.id, {errors::kInternalFailure, {}}));
      continue;
    }
    publications.push_back(std::move(publication));
    response.successful.push_back({std::move(entry.id), {}, {}});
  }
  SQUIRE_TRY(const auto published,
             topic->publish_batch(std::move(publications), call.broker.renderer()));
  for (std::size_t i = 0; i < published.size(); ++i) {
    call.wait_for(published[i].ticket);
    auto [message_id, sequence_number] = to_response(*topic, published[i]);
    response.successful[i].message_id = std::move(message_id);
    response.successful[i].sequence_number = std::move(sequence_number);
  }
  return response;
}

}  // namespace squire::sns
