#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "squire/core/error.hpp"
#include "squire/engine/registry.hpp"
#include "squire/service/call.hpp"

namespace squire::sns {

// The device behind a platform endpoint.
struct PushTarget {
  std::string platform;
  std::string application_arn;
  std::string token;
};

// Whether the ARN can be that of a platform endpoint: arn:…:endpoint/<platform>/<name>/<id>.
bool is_push_target(std::string_view arn);

// "APNS" of "arn:…:endpoint/APNS/shop/…"; empty if it is none.
std::string platform_of(std::string_view endpoint_arn);

// InvalidParameter if there is no such endpoint; EndpointDisabled, PlatformApplicationDisabled.
Result<PushTarget> find_push_target(const engine::Registry& registry,
                                    const std::string& endpoint_arn);

// "arn:aws:sns:…:endpoint/APNS/shop/" of "arn:aws:sns:…:app/APNS/shop": what the ARNs of the
// application's endpoints begin with.
std::string endpoint_prefix(const std::string& application_arn);

// The attributes of an application; NotFound if there is none, InvalidParameter if the text cannot
// be its ARN.
Result<engine::StringMap> find_application(const service::Call& call, const std::string& arn);

// Sets attributes that were checked, with Enabled as true or false.
void set_attributes(engine::StringMap& to, const engine::StringMap& from);

}  // namespace squire::sns
