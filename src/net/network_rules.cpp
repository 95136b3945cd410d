#include "squire/net/network_rules.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace squire::net {
namespace {

// IANA's special-purpose address registries: loopback, private, shared, link-local (where clouds
// keep the credentials of a machine), unique local.
constexpr std::string_view kPrivate =
    "0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.168.0.0/16,"
    "::/128,::1/128,fc00::/7,fe80::/10";

std::vector<IpRange> parse(std::string_view text) {
  std::vector<IpRange> ranges;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    auto part = text.substr(begin, end - begin);
    begin = end + 1;
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    part = part.substr(0, part.find_last_not_of(' ') + 1);
    if (part == "private") {
      const auto all = parse(kPrivate);
      ranges.insert(ranges.end(), all.begin(), all.end());
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

}  // namespace squire::net
