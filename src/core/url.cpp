#include "squire/core/url.hpp"

#include <algorithm>
#include <charconv>

#include "squire/core/ascii.hpp"
#include "squire/core/ip_range.hpp"

namespace squire {
namespace {

constexpr std::size_t kHostBytesMax = 253;  // of a DNS name

// `plus`: what a '+' stands for.
std::optional<std::string> decode(std::string_view text, char plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += plus;
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

bool is_host_char(char c) {
  return is_letter_or_digit(c) || c == '-' || c == '.' ||
         c == '_';  // no host name by the rules, but common in container networks
}

bool take_scheme(std::string_view& text, Url& url) {
  const auto end = text.find("://");
  if (end == std::string_view::npos) return false;
  const auto scheme = to_lower(text.substr(0, end));
  text.remove_prefix(end + 3);
  url.is_tls = scheme == "https";
  url.port = url.is_tls ? 443 : 80;
  return url.is_tls || scheme == "http";
}

bool read_credentials(std::string_view text, Url& url) {
  const auto colon = text.find(':');
  const auto user = percent_decode(text.substr(0, colon));
  const auto password =
      percent_decode(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  if (!user || !password) return false;
  url.user = *user;
  url.password = *password;
  url.has_credentials = true;
  return true;
}

bool take_host(std::string_view& text, Url& url) {
  std::string_view host;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    url.is_ipv6 = true;
    if (host.find(':') == std::string_view::npos || !parse_ip_address(host)) return false;
  } else {
    host = text.substr(0, text.find(':'));
    text.remove_prefix(host.size());
    if (!std::all_of(host.begin(), host.end(), is_host_char)) return false;
  }
  if (host.empty() || host.size() > kHostBytesMax) return false;
  url.host = to_lower(host);
  return true;
}

bool read_port(std::string_view text, Url& url) {
  if (text.empty()) return true;
  if (!text.starts_with(':')) return false;
  text.remove_prefix(1);
  if (text.empty()) return true;  // "host:" is the scheme's port (RFC 3986, 3.2.3)
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, url.port);
  return result.ec == std::errc() && result.ptr == end && url.port != 0;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  return decode(text, '+');
}

std::optional<std::string> form_decode(std::string_view text) {
  return decode(text, ' ');
}

std::string Url::authority() const {
  std::string out = is_ipv6 ? "[" + host + "]" : host;
  if (port != (is_tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::optional<Url> parse_url(std::string_view text) {
  const auto is_printable = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(text.begin(), text.end(), is_printable)) return std::nullopt;
  Url url;
  if (!take_scheme(text, url)) return std::nullopt;
  text = text.substr(0, text.find('#'));
  auto authority = text.substr(0, text.find_first_of("/?"));
  url.target = text.substr(authority.size());
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (!read_credentials(authority.substr(0, at), url)) return std::nullopt;
    authority.remove_prefix(at + 1);
  }
  if (!take_host(authority, url) || !read_port(authority, url)) return std::nullopt;
  return url;
}

}  // namespace squire
