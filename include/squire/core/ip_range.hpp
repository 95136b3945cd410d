#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace squire {

// An IP address; one of version 4 stands in the low 4 bytes behind ::ffff:0:0.
using IpAddress = std::array<std::uint8_t, 16>;

std::optional<IpAddress> parse_ip_address(std::string_view text);

// Addresses with a common beginning: "203.0.113.0/24", "2001:db8::/32"; one alone without a slash.
struct IpRange {
  IpAddress address;
  int bits;  // of the 128 that must agree

  bool contains(const IpAddress& other) const;
};

std::optional<IpRange> parse_ip_range(std::string_view text);

}  // namespace squire
