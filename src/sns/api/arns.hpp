#pragma once

#include <memory>
#include <string>

#include "squire/engine/topic/topics.hpp"
#include "squire/service/call.hpp"

namespace squire::sns {

// "arn:aws:sns:<region>:<account>:<name>" for what `parameter` says; InvalidParameter if it is
// none, or one of another region than that for which the request was signed.
Result<ResourceName> parse_topic_arn(const service::Call& call, const std::string& arn,
                                     std::string_view parameter);

// Whether the request was signed for another region than that of the name.
bool is_elsewhere(const service::Call& call, const ResourceName& name);

// The topic of an ARN; NotFound if there is none.
Result<std::shared_ptr<engine::Topic>> find_topic(service::Call& call, const std::string& arn,
                                                  std::string_view parameter = "TopicArn");

// A subscription with its topic.
struct FoundSubscription {
  std::shared_ptr<engine::Topic> topic;
  std::shared_ptr<const engine::Subscription> subscription;
};

// The subscription of an ARN ("<topic ARN>:<uuid>"), confirmed or pending; NotFound if there is
// none. InvalidParameter if the text cannot be the ARN of one.
Result<FoundSubscription> find_subscription(service::Call& call, const std::string& arn);

}  // namespace squire::sns
