#include "sns/mobile/platform_endpoints.hpp"

#include <algorithm>
#include <array>

#include "sns/api/arns.hpp"
#include "sns/api/paging.hpp"
#include "squire/core/text.hpp"
#include "squire/engine/registry.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using Kind = engine::RegistryRow::Kind;

constexpr std::size_t kUserDataMax = 2048;
constexpr std::size_t kTokenMax = 8192;
constexpr std::string_view kApplication = "app/";
constexpr std::string_view kEndpoint = "endpoint/";

// The name of a resource of SNS that begins with `kind`; InvalidParameter if the text cannot be the
// ARN of one.
Result<ResourceName> parse_resource(const Call& call, const std::string& arn, std::string_view kind,
                                    std::string_view parameter) {
  SQUIRE_TRY(auto name, parse_topic_arn(call, arn, parameter));
  if (!name.name.starts_with(kind)) return errors::invalid_parameter(parameter);
  return name;
}

Result<void> check_attributes(const StringMap& attributes) {
  for (const auto& [name, value] : attributes) {
    if (name == "Enabled") {
      if (!parse_boolean(value)) {
        return errors::invalid_parameter("Attributes",
                                         "Invalid value for attribute: Enabled: " + value);
      }
    } else if (name == "CustomUserData") {
      if (value.size() > kUserDataMax || !is_utf8(value)) {
        return errors::invalid_parameter(
            "Attributes",
            "Invalid value for attribute: CustomUserData: must be at most 2048 bytes long in UTF-8 "
            "encoding");
      }
    } else if (name == "Token") {
      if (value.empty() || value.size() > kTokenMax) {
        return errors::invalid_parameter("Token");
      }
    } else {
      return errors::invalid_parameter("Attributes", "Invalid attribute name: " + name);
    }
  }
  return {};
}

std::string_view get(const engine::StringMap& attributes, std::string_view name) {
  const auto at = attributes.find(name);
  return at == attributes.end() ? std::string_view() : std::string_view(at->second);
}

}  // namespace

bool is_push_target(std::string_view arn) {
  const auto name = parse_arn("sns", arn);
  return name && name->name.starts_with(kEndpoint);
}

std::string platform_of(std::string_view endpoint_arn) {
  const auto name = parse_arn("sns", endpoint_arn);
  if (!name || !name->name.starts_with(kEndpoint)) return {};
  const auto rest = name->name.substr(kEndpoint.size());
  return rest.substr(0, rest.find('/'));
}

std::string endpoint_prefix(const std::string& application_arn) {
  auto name = parse_arn("sns", application_arn);
  if (!name || !name->name.starts_with(kApplication)) return {};
  name->name.replace(0, kApplication.size(), kEndpoint);
  return to_arn("sns", *name) + '/';
}

Result<engine::StringMap> find_application(const service::Call& call, const std::string& arn) {
  SQUIRE_CHECK(parse_resource(call, arn, kApplication, "PlatformApplicationArn"));
  auto found = call.broker.store<engine::Registry>().find(Kind::PlatformApplication, arn);
  if (!found) return errors::not_found("PlatformApplication");
  return *std::move(found);
}

void set_attributes(engine::StringMap& to, const engine::StringMap& from) {
  for (const auto& [name, value] : from) {
    const bool is_switch = name == "Enabled";
    to.insert_or_assign(name, !is_switch ? value : parse_boolean(value) == true ? "true" : "false");
  }
}

Result<PushTarget> find_push_target(const engine::Registry& registry,
                                    const std::string& endpoint_arn) {
  const auto endpoint = registry.find(Kind::PlatformEndpoint, endpoint_arn);
  if (!endpoint) {
    return errors::invalid_parameter("TargetArn", "No endpoint found for the target arn specified");
  }
  if (get(*endpoint, "Enabled") == "false") return Error{errors::kEndpointDisabled, {}};
  PushTarget target{platform_of(endpoint_arn), {}, std::string(get(*endpoint, "Token"))};
  target.application_arn = endpoint_arn.substr(0, endpoint_arn.rfind('/'));
  target.application_arn.replace(target.application_arn.find(kEndpoint), kEndpoint.size(),
                                 kApplication);
  const auto application = registry.find(Kind::PlatformApplication, target.application_arn);
  if (application && get(*application, "Enabled") == "false") {
    return Error{errors::kPlatformApplicationDisabled, {}};
  }
  return target;
}

Result<CreatePlatformEndpoint::Response> CreatePlatformEndpoint::run(Call& call, Request request) {
  auto& registry = call.broker.store<engine::Registry>();
  SQUIRE_CHECK(find_application(call, request.platform_application_arn));
  StringMap attributes;
  set_attributes(attributes, request.attributes);
  // What the attributes say wins.
  if (request.custom_user_data) attributes.try_emplace("CustomUserData", *request.custom_user_data);
  attributes["Token"] = request.token;
  SQUIRE_CHECK(check_attributes(attributes));
  attributes.try_emplace("Enabled", "true");
  const auto prefix = endpoint_prefix(request.platform_application_arn);
  for (const auto& [arn, existing] : registry.list(Kind::PlatformEndpoint, prefix)) {
    if (get(existing, "Token") != request.token) continue;
    if (existing == attributes) {
      call.wait_for(call.broker.env().journal.last_ticket());
      return Response{arn};
    }
    return errors::invalid_parameter(
        "Token",
        "Endpoint " + arn + " already exists with the same Token, but different attributes.");
  }
  const auto arn = prefix + to_string(call.broker.env().ids.next());
  SQUIRE_TRY(const auto ticket,
             registry.edit(Kind::PlatformEndpoint, arn,
                           [&](const StringMap*) -> Result<StringMap> { return attributes; }));
  call.wait_for(ticket);
  return Response{arn};
}

Result<NoOutput> DeleteEndpoint::run(Call& call, Request request) {
  SQUIRE_CHECK(parse_resource(call, request.endpoint_arn, kEndpoint, "EndpointArn"));
  call.wait_for(
      call.broker.store<engine::Registry>().remove(Kind::PlatformEndpoint, request.endpoint_arn));
  return NoOutput{};
}

Result<GetEndpointAttributes::Response> GetEndpointAttributes::run(Call& call, Request request) {
  SQUIRE_CHECK(parse_resource(call, request.endpoint_arn, kEndpoint, "EndpointArn"));
  const auto found =
      call.broker.store<engine::Registry>().find(Kind::PlatformEndpoint, request.endpoint_arn);
  if (!found) return errors::not_found("Endpoint");
  return Response{*found};
}

Result<NoOutput> SetEndpointAttributes::run(Call& call, Request request) {
  SQUIRE_CHECK(parse_resource(call, request.endpoint_arn, kEndpoint, "EndpointArn"));
  SQUIRE_CHECK(check_attributes(request.attributes));
  SQUIRE_TRY(const auto ticket, call.broker.store<engine::Registry>().edit(
                                    Kind::PlatformEndpoint, request.endpoint_arn,
                                    [&](const StringMap* existing) -> Result<StringMap> {
                                      if (!existing) return errors::not_found("Endpoint");
                                      auto changed = *existing;
                                      set_attributes(changed, request.attributes);
                                      return changed;
                                    }));
  call.wait_for(ticket);
  return NoOutput{};
}

Result<ListEndpointsByPlatformApplication::Response> ListEndpointsByPlatformApplication::run(
    Call& call, Request request) {
  auto& registry = call.broker.store<engine::Registry>();
  SQUIRE_CHECK(find_application(call, request.platform_application_arn));
  const auto key = [](const engine::Registry::Entry& entry) { return entry.first; };
  SQUIRE_TRY(const auto page,
             take_page(registry.list(Kind::PlatformEndpoint,
                                     endpoint_prefix(request.platform_application_arn)),
                       key, request.next_token));
  Response response{{}, page.next_token};
  for (const auto& [arn, attributes] : page.items) response.endpoints.push_back({arn, attributes});
  return response;
}

}  // namespace squire::sns
