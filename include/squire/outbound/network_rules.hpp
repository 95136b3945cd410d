#pragma once

#include <string_view>
#include <vector>

#include "squire/core/ip_range.hpp"

namespace squire::outbound {

// Which addresses deliveries may go to, so that a subscription cannot be used to reach where it
// should not. Of all networks that hold an address the smallest decides, and a denied one where two
// are equal; an address in none of them is permitted unless some networks are allowed by name.
class NetworkRules {
 public:
  // Everything is permitted.
  NetworkRules() = default;

  // Networks with commas between: "10.0.0.0/8, 2001:db8::/32", an address alone, or "private": all
  // that are not of the public internet. Throws std::runtime_error that names the one that is none.
  NetworkRules(std::string_view allowed, std::string_view denied);

  bool permits(const IpAddress& address) const;

 private:
  std::vector<IpRange> allowed_;
  std::vector<IpRange> denied_;
};

}  // namespace squire::outbound
