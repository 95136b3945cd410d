#include <algorithm>
#include <array>

#include "sns/api/arns.hpp"
#include "sns/api/paging.hpp"
#include "sns/mobile/platform_endpoints.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/text.hpp"
#include "squire/engine/registry.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using Kind = engine::RegistryRow::Kind;

constexpr std::size_t kNameMax = 256;

// ADM, APNS and GCM are documented; the others were, and still have endpoints.
constexpr std::array<std::string_view, 11> kPlatforms = {
    "ADM",   "APNS",          "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "BAIDU", "GCM",
    "MACOS", "MACOS_SANDBOX", "MPNS",         "WNS"};

constexpr std::array<std::string_view, 12> kAttributes = {
    "PlatformCredential",     "PlatformPrincipal",      "EventEndpointCreated",
    "EventEndpointDeleted",   "EventEndpointUpdated",   "EventDeliveryFailure",
    "SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "SuccessFeedbackSampleRate",
    "ApplePlatformTeamID",    "ApplePlatformBundleID",  "Enabled"};

constexpr std::array<std::string_view, 2> kSecrets = {"PlatformCredential", "PlatformPrincipal"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
         });
}

Result<void> check_attributes(const StringMap& attributes) {
  for (const auto& [name, value] : attributes) {
    if (!contains(kAttributes, name)) {
      return errors::invalid_parameter("Attributes", "Invalid attribute name: " + name);
    }
    if (name == "Enabled" && !parse_boolean(value)) {
      return errors::invalid_parameter("Attributes",
                                       "Invalid value for attribute: Enabled: " + value);
    }
    if (name.starts_with("Event") && !value.empty() && !parse_arn("sns", value)) {
      return errors::invalid_parameter("Attributes",
                                       "Invalid value for attribute: " + name + ": " + value);
    }
    if (name == "SuccessFeedbackSampleRate") {
      const auto rate = parse_integer(value);
      if (!rate || *rate < 0 || *rate > 100) {
        return errors::invalid_parameter("Attributes",
                                         "Invalid value for attribute: " + name + ": " + value);
      }
    }
  }
  return {};
}

// Credential and principal come together; GCM has no principal.
Result<void> check_credentials(const CreatePlatformApplication::Request& request) {
  const auto has = [&](std::string_view name) {
    const auto at = request.attributes.find(name);
    return at != request.attributes.end() && !at->second.empty();
  };
  const bool has_credential = has("PlatformCredential");
  const bool has_principal = has("PlatformPrincipal");
  if (has_principal && !has_credential) {
    return errors::invalid_parameter(
        "Attributes", "PlatformPrincipal attribute provided without PlatformCredential");
  }
  if (!has_credential) return errors::invalid_parameter("PlatformCredential");
  if (!has_principal && request.platform != "GCM") {
    return errors::invalid_parameter(
        "Attributes", "PlatformCredential attribute provided without PlatformPrincipal");
  }
  return {};
}

// What others may see: credentials never leave again.
StringMap without_secrets(StringMap attributes) {
  for (const auto secret : kSecrets) attributes.erase(std::string(secret));
  attributes.try_emplace("Enabled", "true");
  return attributes;
}

}  // namespace

Result<CreatePlatformApplication::Response> CreatePlatformApplication::run(Call& call,
                                                                           Request request) {
  if (!is_name(request.name)) {
    return errors::invalid_parameter(
        "Name",
        "must be made up of only uppercase and lowercase ASCII letters, numbers, "
        "underscores, hyphens, and periods, and must be between 1 and 256 characters long");
  }
  if (!contains(kPlatforms, request.platform)) {
    return errors::invalid_parameter("Platform", request.platform + " is not supported");
  }
  SQUIRE_CHECK(check_attributes(request.attributes));
  SQUIRE_CHECK(check_credentials(request));
  StringMap attributes;
  set_attributes(attributes, request.attributes);
  const auto arn = to_arn("sns", {call.identity.region, call.identity.account,
                                  "app/" + request.platform + "/" + request.name});
  SQUIRE_TRY(
      const auto ticket,
      call.broker.store<engine::Registry>().edit(
          Kind::PlatformApplication, arn, [&](const StringMap* existing) -> Result<StringMap> {
            if (existing && *existing != attributes) {
              return errors::invalid_parameter(
                  "Attributes", "Platform application already exists with different attributes");
            }
            return attributes;
          }));
  call.wait_for(ticket);
  return Response{arn};
}

Result<NoOutput> DeletePlatformApplication::run(Call& call, Request request) {
  auto& registry = call.broker.store<engine::Registry>();
  const auto& arn = request.platform_application_arn;
  const auto found = find_application(call, arn);
  if (found.has_error() && found.error().code != errors::kNotFound) return found.error();
  for (const auto& [endpoint, attributes] :
       registry.list(Kind::PlatformEndpoint, endpoint_prefix(arn))) {
    call.wait_for(registry.remove(Kind::PlatformEndpoint, endpoint));
  }
  call.wait_for(registry.remove(Kind::PlatformApplication, arn));
  return NoOutput{};
}

Result<GetPlatformApplicationAttributes::Response> GetPlatformApplicationAttributes::run(
    Call& call, Request request) {
  SQUIRE_TRY(auto attributes, find_application(call, request.platform_application_arn));
  return Response{without_secrets(std::move(attributes))};
}

Result<NoOutput> SetPlatformApplicationAttributes::run(Call& call, Request request) {
  auto& registry = call.broker.store<engine::Registry>();
  SQUIRE_CHECK(find_application(call, request.platform_application_arn));
  SQUIRE_CHECK(check_attributes(request.attributes));
  SQUIRE_TRY(const auto ticket,
             registry.edit(Kind::PlatformApplication, request.platform_application_arn,
                           [&](const StringMap* existing) -> Result<StringMap> {
                             if (!existing) return errors::not_found("PlatformApplication");
                             auto changed = *existing;
                             set_attributes(changed, request.attributes);
                             return changed;
                           }));
  call.wait_for(ticket);
  return NoOutput{};
}

Result<ListPlatformApplications::Response> ListPlatformApplications::run(Call& call,
                                                                         Request request) {
  const auto prefix = to_arn("sns", {call.identity.region, call.identity.account, "app/"});
  const auto key = [](const engine::Registry::Entry& entry) { return entry.first; };
  SQUIRE_TRY(const auto page, take_page(call.broker.store<engine::Registry>().list(
                                            Kind::PlatformApplication, prefix),
                                        key, request.next_token));
  Response response{{}, page.next_token};
  for (const auto& [arn, attributes] : page.items) {
    response.platform_applications.push_back({arn, without_secrets(attributes)});
  }
  return response;
}

}  // namespace squire::sns
