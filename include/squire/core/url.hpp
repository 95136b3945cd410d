#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace squire {

// The address of an HTTP endpoint, taken apart. Whatever parse_url() lets through can be written
// into a request as it is: no part but user and password holds a space or control character.
struct Url {
  bool is_tls = false;  // https
  std::string user;     // percent-decoded, as is the password: any bytes
  std::string password;
  bool has_credentials = false;  // there was an @, though both may be empty
  std::string host;              // lower case; an IPv6 literal without its brackets
  bool is_ipv6 = false;
  std::uint16_t port = 0;  // the scheme's, if none was given
  std::string target;      // path and query, at least "/"; the fragment is left out

  // For the Host header: brackets around an IPv6 literal, the port unless it is the scheme's.
  std::string authority() const;
};

// Nothing: not an absolute http:// or https:// URL, or one with spaces, control characters, bytes
// beyond ASCII, brackets around what is no IPv6 address, a bad port or a bad percent sign in user
// or password.
std::optional<Url> parse_url(std::string_view text);

// A part of a path: %XX is a byte. Nothing on a broken escape.
std::optional<std::string> percent_decode(std::string_view text);

// application/x-www-form-urlencoded: likewise, and '+' is a space.
std::optional<std::string> form_decode(std::string_view text);

}  // namespace squire
