#include "squire/service/credential.hpp"

#include <algorithm>
#include <optional>

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

// The value of "Credential=" where a parameter begins; nothing if there is none.
std::optional<std::string_view> find_scope(std::string_view authorization) {
  constexpr std::string_view kParameter = "Credential=";
  constexpr std::string_view kSeparators = ", \t";
  for (auto at = authorization.find(kParameter); at != std::string_view::npos;
       at = authorization.find(kParameter, at + 1)) {
    if (at > 0 && kSeparators.find(authorization[at - 1]) == std::string_view::npos) continue;
    const auto value = authorization.substr(at + kParameter.size());
    return value.substr(0, value.find_first_of(kSeparators));
  }
  return std::nullopt;
}

}  // namespace

Credential find_credential(const HttpRequest& request, const wire::Form& form) {
  if (const auto scope = find_scope(request.authorization)) return parse_scope(*scope);
  if (const auto* value = form.find("X-Amz-Credential")) return parse_scope(*value);
  if (const auto* key = form.find("AWSAccessKeyId")) return {*key, {}, {}};
  return {};
}

}  // namespace squire::service
