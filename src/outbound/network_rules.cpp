#include "squire/outbound/network_rules.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace squire::outbound {
namespace {

// All that is not of the public internet, by IANA's special-purpose address registries: loopback,
// private, shared, link-local (where clouds keep the credentials of a machine), protocol
// assignments, benchmarks, documentation, multicast, reserved.
constexpr std::string_view kPrivateV4 =
    "0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,"
    "192.0.2.0/24,192.88.99.0/24,192.168.0.0/16,198.18.0.0/15,198.51.100.0/24,203.0.113.0/24,"
    "224.0.0.0/4,240.0.0.0/4";
// Likewise, with those that stand for an address of version 4 to a translator or tunnel: mapped by
// hand (::/96), NAT64, Teredo (2001::/23), 6to4.
constexpr std::string_view kPrivateV6 =
    "::/96,::ffff:0:0:0/96,64:ff9b::/96,64:ff9b:1::/48,100::/64,2001::/23,2001:db8::/32,2002::/16,"
    "3fff::/20,5f00::/16,fc00::/7,fe80::/10,fec0::/10,ff00::/8";

std::vector<IpRange> parse(std::string_view text) {
  std::vector<IpRange> ranges;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    auto part = text.substr(begin, end - begin);
    begin = end + 1;
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    part = part.substr(0, part.find_last_not_of(' ') + 1);
    if (part == "private") {
      for (const auto version : {kPrivateV4, kPrivateV6}) {
        const auto all = parse(version);
        ranges.insert(ranges.end(), all.begin(), all.end());
      }
    } else if (const auto range = parse_ip_range(part)) {
      ranges.push_back(*range);
    } else {
      throw std::runtime_error(
          "\"" + std::string(part) +
          "\" is no network: delivery_allowed_networks and delivery_denied_networks take "
          "10.0.0.0/8 and the like, and the word private");
    }
  }
  return ranges;
}

// How many bits the smallest of the networks around the address fixes; -1: there is none.
int closest(const std::vector<IpRange>& ranges, const IpAddress& address) {
  int bits = -1;
  for (const auto& range : ranges) {
    if (range.contains(address)) bits = std::max(bits, range.bits);
  }
  return bits;
}

// The system takes a connection to "no address" for one to itself.
IpAddress reached_by(const IpAddress& address) {
  if (address == parse_ip_address("0.0.0.0")) return *parse_ip_address("127.0.0.1");
  if (address == IpAddress{}) return *parse_ip_address("::1");
  return address;
}

}  // namespace

NetworkRules::NetworkRules(std::string_view allowed, std::string_view denied)
    : allowed_(parse(allowed)), denied_(parse(denied)) {}

bool NetworkRules::permits(const IpAddress& address) const {
  const auto reached = reached_by(address);
  const int allowed = closest(allowed_, reached);
  const int denied = closest(denied_, reached);
  return allowed < 0 && denied < 0 ? allowed_.empty() : allowed > denied;
}

}  // namespace squire::outbound
