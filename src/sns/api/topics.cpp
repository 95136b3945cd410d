#include <algorithm>

#include "sns/api/arns.hpp"
#include "sns/api/data_protection.hpp"
#include "sns/api/paging.hpp"
#include "sns/api/tag_rules.hpp"
#include "sns/api/topic_attributes.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/text.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

constexpr std::size_t kStepsToEndOne = 20;  // a subscription
constexpr std::string_view kFifoSuffix = ".fifo";
constexpr std::size_t kNameMax = 256;

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_';
  });
}

Result<void> check_topic_name(const CreateTopic::Request& request) {
  const std::string_view name = request.name;
  const auto fifo = request.attributes.find("FifoTopic");
  if (fifo != request.attributes.end() && parse_boolean(fifo->second) == true) {
    if (!name.ends_with(kFifoSuffix)) return errors::invalid_parameter("Topic Name");
    if (name.size() <= kNameMax && is_name(name.substr(0, name.size() - kFifoSuffix.size()))) {
      return {};
    }
    return errors::invalid_parameter(
        "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase "
        "ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 "
        "characters long.");
  }
  if (is_name(name) && name.size() <= kNameMax) return {};
  return errors::invalid_parameter("Topic Name");
}

}  // namespace

Result<CreateTopic::Response> CreateTopic::run(Call& call, Request request) {
  SQUIRE_CHECK(check_topic_name(request));
  const bool is_fifo = request.name.ends_with(kFifoSuffix);
  const TimePoint now = call.broker.env().clock.now();
  engine::TopicRow row;
  row.name = {call.identity.region, call.identity.account, request.name};
  row.created_at = now;
  for (const auto& [name, value] : request.attributes) {
    SQUIRE_CHECK(check_topic_attribute(name, value, is_fifo, AttributeUse::Create));
    set_topic_attribute(row, name, value, now);
  }
  SQUIRE_TRY(row.tags, check_tags(request.tags));
  if (row.tags.size() > kTagsMax) return Error{errors::kTagLimitExceeded, {}};
  if (request.data_protection_policy) {
    SQUIRE_CHECK(check_data_protection_policy(*request.data_protection_policy));
    row.data_protection_policy = *request.data_protection_policy;
  }
  const auto tags = row.tags;
  SQUIRE_TRY(const auto created, call.broker.topics().create(std::move(row)));
  if (!created.is_new) {
    const auto existing = created.topic->row();
    if (!first_difference(request.attributes, existing).empty()) {
      return errors::invalid_parameter("Attributes",
                                       "Topic already exists with different attributes");
    }
    if (!std::includes(existing.tags.begin(), existing.tags.end(), tags.begin(), tags.end())) {
      return errors::invalid_parameter("Tags", "Topic already exists with different tags");
    }
  }
  call.wait_for(created.ticket);
  return Response{created.topic->arn()};
}

Result<NoOutput> DeleteTopic::run(Call& call, Request request) {
  SQUIRE_TRY(const auto name, parse_topic_arn(call, request.topic_arn, "TopicArn"));
  const auto topic = call.broker.topics().find(name);
  if (topic && topic->settings()->archive_retention) {
    return Error{errors::kInvalidState,
                 "Cannot delete a topic with an ArchivePolicy. Deactivate the policy first."};
  }
  if (topic && call.must_move(kStepsToEndOne * topic->subscription_count())) {
    return NoOutput{};
  }
  call.wait_for(call.broker.topics().remove(name));
  return NoOutput{};
}

Result<GetTopicAttributes::Response> GetTopicAttributes::run(Call& call, Request request) {
  SQUIRE_TRY(const auto topic, find_topic(call, request.topic_arn));
  if (call.must_move(topic->subscription_count())) return Response{};
  return Response{show_topic_attributes(*topic, call.broker.env().clock.now())};
}

Result<NoOutput> SetTopicAttributes::run(Call& call, Request request) {
  SQUIRE_TRY(const auto name, parse_topic_arn(call, request.topic_arn, "TopicArn"));
  SQUIRE_CHECK(check_topic_attribute(request.attribute_name, request.attribute_value,
                                     name.name.ends_with(kFifoSuffix), AttributeUse::Set));
  SQUIRE_TRY(const auto topic, call.broker.topics().topic(name));
  SQUIRE_TRY(const auto ticket, topic->edit([&](engine::TopicRow& row) {
    set_topic_attribute(row, request.attribute_name, request.attribute_value,
                        call.broker.env().clock.now());
    return Result<void>();
  }));
  call.wait_for(ticket);
  return NoOutput{};
}

Result<ListTopics::Response> ListTopics::run(Call& call, Request request) {
  const auto key = [](const auto& topic) { return topic->name().name; };
  auto topics = call.broker.topics().list(
      call.identity.region, call.identity.account,
      service::read_page_token(request.next_token).value_or(std::string()), kPageSize + 1);
  SQUIRE_TRY(const auto page, take_page(std::move(topics), key, request.next_token));
  Response response{{}, page.next_token};
  for (const auto& topic : page.items) response.topics.push_back({topic->arn()});
  return response;
}

}  // namespace squire::sns
