#include "squire/wire/query.hpp"

#include <algorithm>

#include "squire/core/ascii.hpp"
#include "squire/core/url.hpp"

namespace squire::wire {
namespace {

constexpr auto kNameBefore = [](const auto& parameter, std::string_view name) {
  return std::string_view(parameter.first) < name;
};

bool is_below(std::string_view name, std::string_view prefix) {
  return name.size() > prefix.size() + 1 && name.starts_with(prefix) && name[prefix.size()] == '.';
}

}  // namespace

Result<void> Form::parse(std::string_view encoded) {
  while (!encoded.empty()) {
    const auto end = std::min(encoded.find('&'), encoded.size());
    const auto parameter = encoded.substr(0, end);
    encoded.remove_prefix(std::min(end + 1, encoded.size()));
    if (parameter.empty()) continue;
    const auto equals = std::min(parameter.find('='), parameter.size());
    auto name = form_decode(parameter.substr(0, equals));
    auto value = form_decode(parameter.substr(std::min(equals + 1, parameter.size())));
    if (!name || !value || !is_utf8(*name) || !is_utf8(*value)) {
      return Error{errors::kMalformedInput,
                   "The query string is malformed: broken percent encoding."};
    }
    if (sorted_.size() == kParametersMax) {
      return Error{errors::kMalformedInput, "The request has too many parameters."};
    }
    sorted_.emplace_back(std::move(*name), std::move(*value));
  }
  std::stable_sort(sorted_.begin(), sorted_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return {};
}

void Form::add(std::string name, std::string value) {
  const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), name, kNameBefore);
  sorted_.emplace(at, std::move(name), std::move(value));
}

const std::string* Form::find(std::string_view name) const {
  const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), name, kNameBefore);
  return at != sorted_.end() && at->first == name ? &at->second : nullptr;
}

std::vector<std::string_view> Form::find_all(std::string_view name) const {
  std::vector<std::string_view> found;
  for (auto at = std::lower_bound(sorted_.begin(), sorted_.end(), name, kNameBefore);
       at != sorted_.end() && at->first == name; ++at) {
    found.push_back(at->second);
  }
  return found;
}

std::vector<std::uint64_t> Form::indexes(std::string_view prefix) const {
  std::vector<std::uint64_t> found;
  for (auto at = std::lower_bound(sorted_.begin(), sorted_.end(), prefix, kNameBefore);
       at != sorted_.end() && at->first.starts_with(prefix); ++at) {
    if (!is_below(at->first, prefix)) continue;
    const auto rest = std::string_view(at->first).substr(prefix.size() + 1);
    const auto index = parse_integer(rest.substr(0, rest.find('.')));
    // "+1", "01" would be found but not read back; they are no indexes.
    if (index && *index > 0 && rest.starts_with(std::to_string(*index))) found.push_back(*index);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

bool Form::says(std::string_view name) const {
  const auto* value = find(name);
  return value != nullptr && !value->empty();
}

bool Form::has_below(std::string_view prefix) const {
  for (auto at = std::lower_bound(sorted_.begin(), sorted_.end(), prefix, kNameBefore);
       at != sorted_.end() && at->first.starts_with(prefix); ++at) {
    if (is_below(at->first, prefix)) return true;
  }
  return false;
}

Error query_type_error(std::string_view value, std::string_view name, std::string_view wanted) {
  return Error::invalid_parameter(value, name, "Must be a valid " + std::string(wanted) + ".");
}

std::string to_member_name(std::string_view name) {
  std::string member(name);
  if (!member.empty()) member[0] = to_lower(member[0]);
  return member;
}

std::string to_query_name(std::string_view name) {
  std::string member(name);
  if (!member.empty()) member[0] = to_upper(member[0]);
  return member;
}

Result<void> check_no_null_members(const std::vector<std::string>& members) {
  if (members.empty()) return {};
  std::string text = std::to_string(members.size()) +
                     (members.size() == 1 ? " validation error" : " validation errors") +
                     " detected: ";
  for (const auto& member : members) {
    if (&member != &members.front()) text += "; ";
    text += "Value null at '" + member + "' failed to satisfy constraint: Member must not be null";
  }
  return Error{errors::kValidationError, std::move(text)};
}

}  // namespace squire::wire
