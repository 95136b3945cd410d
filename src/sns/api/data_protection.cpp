#include "sns/api/data_protection.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sns/api/arns.hpp"
#include "squire/service/policy_document.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using service::Json;

constexpr std::size_t kPolicyBytesMax = 30'720;
constexpr std::string_view kVersion = "2021-06-01";
constexpr std::string_view kIdentifier = "data-identifier/";

Error invalid(const std::string& reason) {
  return errors::invalid_parameter("DataProtectionPolicy", reason);
}

bool is_text(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() && !at->get_ref<const std::string&>().empty();
}

bool is_list(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_array() && !at->empty();
}

// "arn:aws:dataprotection::aws:data-identifier/EmailAddress", or with a region and no account.
bool is_identifier_arn(std::string_view arn) {
  const auto take = [&] {
    const auto end = std::min(arn.find(':'), arn.size());
    const auto part = arn.substr(0, end);
    arn.remove_prefix(std::min(end + 1, arn.size()));
    return part;
  };
  if (take() != "arn" || take().empty() || take() != "dataprotection") return false;
  const auto region = take();
  const auto account = take();
  const bool is_global = region.empty() && account == "aws";
  const bool is_regional = is_region(region) && (account.empty() || account == "aws");
  return (is_global || is_regional) && arn.starts_with(kIdentifier) &&
         arn.size() > kIdentifier.size() && arn.find(':') == std::string_view::npos;
}

// Built-in identifiers are ARNs, custom ones names defined in Configuration.
bool is_identifier(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.find(':') == text.npos ? !text.empty() : is_identifier_arn(text);
}

Result<void> check_operation(const Json& operation, std::string_view direction, int& audit_count) {
  if (!operation.is_object() || operation.size() != 1) {
    return invalid("A statement must have exactly one Operation");
  }
  const std::string& name = operation.begin().key();
  const Json& body = operation.begin().value();
  if (name == "Audit") {
    if (++audit_count > 1) return invalid("A policy can have at most one Audit statement");
    return {};
  }
  if (name == "Deny") return {};
  if (name != "Deidentify") return invalid("Unknown Operation: " + name);
  if (direction != "Inbound") return invalid("Deidentify is only supported for Inbound");
  if (!body.is_object() || body.size() != 1 ||
      !(body.contains("MaskConfig") || body.contains("RedactConfig"))) {
    return invalid("Deidentify must have either MaskConfig or RedactConfig");
  }
  return {};
}

Result<void> check_statement(const Json& statement, int& audit_count) {
  if (!statement.is_object()) return invalid("A statement must be an object");
  const auto direction = statement.value("DataDirection", Json());
  if (direction != "Inbound" && direction != "Outbound") {
    return invalid("DataDirection must be Inbound or Outbound");
  }
  if (!is_list(statement, "Principal")) return invalid("A statement must have a Principal list");
  if (!is_list(statement, "DataIdentifier")) {
    return invalid("A statement must have a DataIdentifier list");
  }
  for (const auto& identifier : statement["DataIdentifier"]) {
    if (!is_identifier(identifier)) return invalid("Unknown data identifier");
  }
  if (!statement.contains("Operation")) return invalid("A statement must have an Operation");
  return check_operation(statement["Operation"], direction.get<std::string>(), audit_count);
}

}  // namespace

Result<void> check_data_protection_policy(const std::string& json) {
  if (json.size() > kPolicyBytesMax) return invalid("Policy length exceeds the limit of 30720");
  const auto policy = service::parse_document(json, kPolicyBytesMax);
  if (!policy.is_object()) return invalid("failed to parse JSON");
  if (!is_text(policy, "Name")) return invalid("Name is required");
  if (policy.value("Version", Json()) != kVersion) return invalid("Version must be 2021-06-01");
  if (!is_list(policy, "Statement")) return invalid("Statement is required");
  int audit_count = 0;
  for (const auto& statement : policy["Statement"]) {
    SQUIRE_CHECK(check_statement(statement, audit_count));
  }
  return {};
}

Result<NoOutput> PutDataProtectionPolicy::run(Call& call, Request request) {
  SQUIRE_TRY(const auto topic, find_topic(call, request.resource_arn, "ResourceArn"));
  const auto& policy = request.data_protection_policy;
  const bool is_cleared = policy.empty() || policy == "{}";
  if (!is_cleared) SQUIRE_CHECK(check_data_protection_policy(policy));
  SQUIRE_TRY(const auto ticket, topic->edit([&](engine::TopicRow& row) {
    row.data_protection_policy = is_cleared ? std::string() : policy;
    return Result<void>();
  }));
  call.wait_for(ticket);
  return NoOutput{};
}

Result<GetDataProtectionPolicy::Response> GetDataProtectionPolicy::run(Call& call,
                                                                       Request request) {
  SQUIRE_TRY(const auto topic, find_topic(call, request.resource_arn, "ResourceArn"));
  return Response{topic->row().data_protection_policy};
}

}  // namespace squire::sns
