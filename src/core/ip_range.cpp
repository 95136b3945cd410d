#include "squire/core/ip_range.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "squire/core/text.hpp"

namespace squire {
namespace {

constexpr int kMappedBits = 96;  // of ::ffff:0:0/96, where version 4 lives

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated(text);
  IpAddress address{};
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  address = {};
  address[10] = address[11] = 0xff;
  if (inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

bool IpRange::contains(const IpAddress& other) const {
  const int whole_bytes = bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole_bytes, other.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((address[whole_bytes] ^ other[whole_bytes]) >> (8 - rest)) == 0;
}

std::optional<IpRange> parse_ip_range(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = parse_ip_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool is_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const int bits_max = is_v4 ? 128 - kMappedBits : 128;
  std::int64_t bits = bits_max;
  if (slash < text.size()) {
    const auto given = parse_integer(text.substr(slash + 1));
    if (!given || *given < 0 || *given > bits_max) return std::nullopt;
    bits = *given;
  }
  return IpRange{*address, static_cast<int>(bits) + (is_v4 ? kMappedBits : 0)};
}

}  // namespace squire
