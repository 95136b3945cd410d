#include "squire/outbound/network_rules.hpp"

#include <algorithm>

namespace squire::outbound {
namespace {

// All that is not of the public internet, by IANA's special-purpose address registries: loopback,
// private, shared, link-local (where clouds keep the credentials of a machine), protocol
// assignments, benchmarks, documentation, multicast, reserved.
constexpr std::string_view kPrivateV4[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
// Likewise, with those that stand for an address of version 4 to a translator or tunnel: mapped by
// hand (::/96), NAT64, Teredo (2001::/23), 6to4.
constexpr std::string_view kPrivateV6[] = {
    "::/96",     "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
    "2001::/23", "2001:db8::/32",   "2002::/16",    "3fff::/20",      "5f00::/16",
    "fc00::/7",  "fe80::/10",       "fec0::/10",    "ff00::/8"};

std::vector<IpRange> ranges_of(const std::vector<Network>& networks) {
  std::vector<IpRange> all;
  for (const auto& network : networks) {
    all.insert(all.end(), network.ranges.begin(), network.ranges.end());
  }
  return all;
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

std::optional<Network> parse_network(std::string_view name) {
  Network network{std::string(name), {}};
  if (name == "private") {
    for (const auto text : kPrivateV4) network.ranges.push_back(parse_ip_range(text).value());
    for (const auto text : kPrivateV6) network.ranges.push_back(parse_ip_range(text).value());
    return network;
  }
  const auto range = parse_ip_range(name);
  if (!range) return std::nullopt;
  network.ranges.push_back(*range);
  return network;
}

NetworkRules::NetworkRules(const std::vector<Network>& allowed, const std::vector<Network>& denied)
    : allowed_(ranges_of(allowed)), denied_(ranges_of(denied)) {}

bool NetworkRules::permits(const IpAddress& address) const {
  const auto reached = reached_by(address);
  const int allowed = closest(allowed_, reached);
  const int denied = closest(denied_, reached);
  return allowed < 0 && denied < 0 ? allowed_.empty() : allowed > denied;
}

}  // namespace squire::outbound
