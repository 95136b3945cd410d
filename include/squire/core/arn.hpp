#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace squire {

// The full name of a queue or topic: what an ARN says besides partition and service.
// Names are case-sensitive; two resources are the same exactly if all three parts are equal.
struct ResourceName {
  std::string region;
  std::string account;  // 12 digits
  std::string name;

  friend bool operator==(const ResourceName&, const ResourceName&) = default;
  friend auto operator<=>(const ResourceName&, const ResourceName&) = default;
};

// "arn:aws:sqs:us-east-1:000000000000:orders"
std::string to_arn(std::string_view service, const ResourceName& name);

// The parts of "arn:<partition>:<service>:<region>:<account>:<name>"; nothing if it is no such ARN.
std::optional<ResourceName> parse_arn(std::string_view service, std::string_view arn);

// 12 digits, as AWS writes account ids.
bool is_account_id(std::string_view text);
// An account id is kept as a number, and there and back: "000000000042" is 42.
std::uint64_t to_account_number(std::string_view account_id);
std::string to_account_id(std::uint64_t number);

// Lower-case letters, digits and hyphens: a region becomes part of ARNs, so not all will do.
bool is_region(std::string_view text);
// Whether AWS could have a region of that name: us-east-1, us-gov-west-1, us-isob-east-1.
bool has_region_form(std::string_view text);

struct ResourceNameHash {
  std::size_t operator()(const ResourceName& name) const noexcept;
};

}  // namespace squire
