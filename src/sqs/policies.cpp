#include "sqs/policies.hpp"

#include <nlohmann/json.hpp>

#include "squire/core/text.hpp"
#include "squire/service/policy_document.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {
namespace {

using service::Json;

constexpr std::size_t kPolicyBytesMax = 8192;
constexpr std::size_t kSourceArnsMax = 10;
constexpr std::size_t kStatementsMax = 20;

Json parse(std::string_view text) {
  return service::parse_document(text, kPolicyBytesMax);
}

bool allows(std::string_view redrive_allow_policy, const std::string& source_arn) {
  const auto policy = parse(redrive_allow_policy);
  if (!policy.is_object()) return true;  // none set: allowAll
  const auto permission = policy.value("redrivePermission", Json("allowAll"));
  if (permission == "allowAll") return true;
  if (permission != "byQueue") return false;
  for (const auto& arn : policy.value("sourceQueueArns", Json::array())) {
    if (arn == source_arn) return true;
  }
  return false;
}

}  // namespace

Result<void> check_policy(std::string_view policy) {
  const auto document = parse(policy);
  if (!document.is_object()) return errors::invalid_attribute_value("Policy");
  const auto statements = document.find("Statement");
  if (statements != document.end() && statements->is_array() &&
      statements->size() > kStatementsMax) {
    return Error{errors::kOverLimit, std::to_string(statements->size()) +
                                         " Statements were found, maximum allowed is " +
                                         std::to_string(kStatementsMax) + "."};
  }
  return {};
}

Result<void> check_redrive_policy(const engine::Broker& broker, const ResourceName& source,
                                  const std::string& policy) {
  const auto invalid = [&](const std::string& reason) {
    return Error::invalid_parameter(policy, "RedrivePolicy", reason);
  };
  const auto document = parse(policy);
  if (!document.is_object()) return invalid("Redrive policy is not a valid JSON map.");
  for (const char* name : {"deadLetterTargetArn", "maxReceiveCount"}) {
    if (!document.contains(name)) {
      return invalid(std::string("Redrive policy does not contain mandatory attribute: ") + name +
                     ".");
    }
  }
  const auto& count = document["maxReceiveCount"];
  const auto text = count.is_string() ? count.get<std::string>() : count.dump();
  const auto number = parse_integer(text);
  if (!number || *number < 1 || *number > 1000) {
    return invalid("Invalid value for maxReceiveCount: " + text +
                   ", valid values are from 1 to 1000 both inclusive.");
  }
  const auto parsed = engine::parse_redrive_policy(policy);
  if (!parsed) return invalid("Invalid value for deadLetterTargetArn.");
  const auto& target_name = parsed->dead_letter_queue;
  const auto target = target_name.region == source.region && target_name.account == source.account
                          ? broker.find_queue(target_name)
                          : nullptr;
  if (!target) return invalid("Dead letter target does not exist.");
  if (target->is_fifo() != source.name.ends_with(".fifo")) {
    return invalid("Dead-letter queue must be same type of queue as the source.");
  }
  const auto attributes = target->row().attributes;
  const auto allow = attributes.find("RedriveAllowPolicy");
  if (allow != attributes.end() && !allows(allow->second, to_arn("sqs", source))) {
    return invalid("The dead-letter queue does not allow this queue to use it.");
  }
  return {};
}

Result<void> check_redrive_allow_policy(const std::string& policy) {
  const Error invalid = Error::invalid_parameter(
      policy, "RedriveAllowPolicy",
      "Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.");
  const auto document = parse(policy);
  if (!document.is_object()) return invalid;
  const auto permission = document.find("redrivePermission");
  if (permission == document.end() ||
      (*permission != "allowAll" && *permission != "denyAll" && *permission != "byQueue")) {
    return invalid;
  }
  const auto arns = document.find("sourceQueueArns");
  if (*permission != "byQueue")
    return arns == document.end() || arns->is_null() ? Result<void>() : invalid;
  if (arns == document.end() || !arns->is_array() || arns->empty() ||
      arns->size() > kSourceArnsMax) {
    return invalid;
  }
  for (const auto& arn : *arns) {
    if (!arn.is_string() || !parse_arn("sqs", arn.get<std::string>())) return invalid;
  }
  return {};
}

std::string normalised_redrive_policy(const std::string& policy) {
  const auto parsed = engine::parse_redrive_policy(policy);
  if (!parsed) return policy;
  return Json{{"deadLetterTargetArn", to_arn("sqs", parsed->dead_letter_queue)},
              {"maxReceiveCount", parsed->receive_count_max}}
      .dump();
}

std::string normalised_redrive_allow_policy(const std::string& policy) {
  auto document = parse(policy);
  if (!document.is_object() || !document.value("sourceQueueArns", Json("")).is_null())
    return policy;
  document.erase("sourceQueueArns");
  return document.dump();
}

bool is_same_json(std::string_view a, std::string_view b) {
  return service::is_same_json(a, b, kPolicyBytesMax);
}

Result<std::string> add_statement(std::string_view policy, const std::string& queue_arn,
                                  const std::string& label,
                                  const std::vector<std::string>& account_ids,
                                  const std::vector<std::string>& actions) {
  Json document = parse(policy);
  if (!document.is_object()) {
    document = Json{{"Version", "2008-10-17"}, {"Id", queue_arn + "/SQSDefaultPolicy"}};
  }
  service::Grant grant{label, account_ids, {}, queue_arn};
  for (const auto& action : actions) grant.actions.push_back("SQS:" + action);
  auto changed = service::add_statement(std::move(document), grant);
  if (!changed) return Error::invalid_parameter(label, "Label", "Already exists.");
  return *std::move(changed);
}

Result<std::string> remove_statement(std::string_view policy, const std::string& label) {
  auto changed = service::remove_statement(parse(policy), label);
  if (changed) return *std::move(changed);
  return Error::invalid_parameter(label, "Label", "can't find label.");
}

}  // namespace squire::sqs
