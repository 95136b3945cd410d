#include "squire/core/arn.hpp"

#include <algorithm>
#include <array>

#include "squire/core/keyed_hash.hpp"
#include "squire/core/text.hpp"

namespace squire {

std::string to_arn(std::string_view service, const ResourceName& name) {
  std::string arn = "arn:aws:";
  for (const std::string_view part :
       {service, std::string_view(name.region), std::string_view(name.account),
        std::string_view(name.name)}) {
    arn += part;
    arn += ':';
  }
  arn.pop_back();
  return arn;
}

std::optional<ResourceName> parse_arn(std::string_view service, std::string_view arn) {
  std::array<std::string_view, 6> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto colon = i + 1 < parts.size() ? arn.find(':') : arn.size();
    if (colon == std::string_view::npos) return std::nullopt;
    parts[i] = arn.substr(0, colon);
    arn.remove_prefix(std::min(arn.size(), colon + 1));
  }
  const auto& [scheme, partition, arn_service, region, account, name] = parts;
  if (scheme != "arn" || partition.empty() || arn_service != service || region.empty() ||
      !is_account_id(account) || name.empty() || name.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  return ResourceName{std::string(region), std::string(account), std::string(name)};
}

bool is_account_id(std::string_view text) {
  return text.size() == 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::uint64_t to_account_number(std::string_view account_id) {
  return static_cast<std::uint64_t>(parse_integer(account_id).value_or(0));
}

std::string to_account_id(std::uint64_t number) {
  const auto digits = std::to_string(number);
  return std::string(12 - std::min<std::size_t>(12, digits.size()), '0') + digits;
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::size_t ResourceNameHash::operator()(const ResourceName& name) const noexcept {
  return keyed_hash(name.name) ^ keyed_hash(name.account) * 3 ^ keyed_hash(name.region) * 5;
}

}  // namespace squire
