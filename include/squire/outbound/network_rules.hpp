#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "squire/core/ip_range.hpp"

namespace squire::outbound {

// Networks by one name.
struct Network {
  std::string name;
  std::vector<IpRange> ranges;
};

// "10.0.0.0/8", "2001:db8::/32", an address alone, or "private": all that are not of the public
// internet. Nothing for what is none of these.
std::optional<Network> parse_network(std::string_view name);

// Which addresses deliveries may go to, so that a subscription cannot be used to reach where it
// should not. Of all networks that hold an address the smallest decides, and a denied one where two
// are equal; an address in none of them is permitted unless some networks are allowed by name.
class NetworkRules {
 public:
  // Everything is permitted.
  NetworkRules() = default;

  NetworkRules(const std::vector<Network>& allowed, const std::vector<Network>& denied);

  bool permits(const IpAddress& address) const;

 private:
  std::vector<IpRange> allowed_;
  std::vector<IpRange> denied_;
};

}  // namespace squire::outbound
