#include "squire/service/credential.hpp"

#include <algorithm>

namespace squire::service {
namespace {

std::string_view take_part(std::string_view& text) {
  const auto end = std::min(text.find('/'), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

Credential parse_scope(std::string_view text) {
  Credential credential;
  credential.access_key = take_part(text);
  take_part(text);  // date
  credential.region = take_part(text);
  credential.service = take_part(text);
  return credential;
}

}  // namespace

Credential find_credential(const HttpRequest& request, const wire::Form& form) {
  constexpr std::string_view kParameter = "Credential=";
  const auto at = request.authorization.find(kParameter);
  if (at != std::string_view::npos) {
    const auto value = request.authorization.substr(at + kParameter.size());
    return parse_scope(value.substr(0, value.find_first_of(", ")));
  }
  if (const auto* value = form.find("X-Amz-Credential")) return parse_scope(*value);
  if (const auto* key = form.find("AWSAccessKeyId")) return {*key, {}, {}};
  return {};
}

}  // namespace squire::service
