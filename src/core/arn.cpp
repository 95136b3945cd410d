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

bool has_region_form(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t words = 0;
  for (; !text.empty() && is_letter(text.front()); ++words) {
    const auto end = text.find('-');
    const auto word = text.substr(0, end);
    const std::size_t letters_max = words == 0 ? 4 : 12;
    if (end == std::string_view::npos || word.size() < 2 || word.size() > letters_max ||
        !std::all_of(word.begin(), word.end(), is_letter)) {
      return false;
    }
    text.remove_prefix(end + 1);
  }
  return words >= 2 && words <= 3 && !text.empty() && text.size() <= 2 &&
         std::all_of(text.begin(), text.end(), is_digit);
}

std::size_t ResourceNameHash::operator()(const ResourceName& name) const noexcept {
  return keyed_hash(name.name) ^ keyed_hash(name.account) * 3 ^ keyed_hash(name.region) * 5;
}

}  // namespace squire
