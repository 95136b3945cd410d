#include <algorithm>

#include "sns/api/arns.hpp"
#include "sns/api/constraints.hpp"
#include "sns/api/tag_rules.hpp"
#include "squire/core/text.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

constexpr std::size_t kArnBytesMax = 1011;
constexpr std::size_t kKeyCharactersMax = 128;
constexpr std::size_t kValueCharactersMax = 256;

Result<std::shared_ptr<engine::Topic>> find_resource(Call& call, const std::string& arn) {
  if (arn.empty() || arn.size() > kArnBytesMax) {
    return constraint_error(arn, "resourceArn",
                            arn.empty() ? "Member must have length greater than or equal to 1"
                                        : "Member must have length less than or equal to 1011");
  }
  SQUIRE_TRY(const auto name, parse_topic_arn(call, arn, "ResourceArn"));
  auto topic = call.broker.topics().find(name);
  if (!topic) return Error{errors::kResourceNotFound, {}};
  return topic;
}

Result<void> check_key(const std::string& key, const std::string& member) {
  if (key.empty()) {
    return constraint_error(key, member, "Member must have length greater than or equal to 1");
  }
  if (count_characters(key) > kKeyCharactersMax) {
    return constraint_error(key, member, "Member must have length less than or equal to 128");
  }
  return {};
}

}  // namespace

Result<engine::StringMap> check_tags(const Tags& tags) {
  engine::StringMap map;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const auto& [key, value] = tags[i];
    const std::string member = "tags." + std::to_string(i + 1) + ".member.";
    SQUIRE_CHECK(check_key(key, member + "key"));
    if (count_characters(value) > kValueCharactersMax) {
      return constraint_error(value, member + "value",
                              "Member must have length less than or equal to 256");
    }
    if (key.starts_with("aws:")) {
      return errors::invalid_parameter("Tags", "aws: prefixed tag key names are not allowed");
    }
    if (!map.emplace(key, value).second) {
      return errors::invalid_parameter("Duplicated keys are not allowed.");
    }
  }
  return map;
}

Result<ListTagsForResource::Response> ListTagsForResource::run(Call& call, Request request) {
  SQUIRE_TRY(const auto topic, find_resource(call, request.resource_arn));
  Response response;
  for (const auto& [key, value] : topic->row().tags) response.tags.push_back({key, value});
  return response;
}

Result<EmptyOutput> TagResource::run(Call& call, Request request) {
  SQUIRE_TRY(const auto topic, find_resource(call, request.resource_arn));
  SQUIRE_TRY(const auto tags, check_tags(request.tags));
  SQUIRE_TRY(const auto ticket, topic->edit([&](engine::TopicRow& row) -> Result<void> {
    for (const auto& [key, value] : tags) row.tags.insert_or_assign(key, value);
    if (row.tags.size() > kTagsMax) return Error{errors::kTagLimitExceeded, {}};
    return {};
  }));
  call.wait_for(ticket);
  return EmptyOutput{};
}

Result<EmptyOutput> UntagResource::run(Call& call, Request request) {
  SQUIRE_TRY(const auto topic, find_resource(call, request.resource_arn));
  for (std::size_t i = 0; i < request.tag_keys.size(); ++i) {
    SQUIRE_CHECK(check_key(request.tag_keys[i], "tagKeys." + std::to_string(i + 1) + ".member"));
  }
  SQUIRE_TRY(const auto ticket, topic->edit([&](engine::TopicRow& row) {
    for (const auto& key : request.tag_keys) row.tags.erase(key);
    return Result<void>();
  }));
  call.wait_for(ticket);
  return EmptyOutput{};
}

}  // namespace squire::sns
