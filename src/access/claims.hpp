#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "squire/access/signature.hpp"

namespace squire::access {

// What a request says of its signature, wherever it says so.
struct Claims {
  bool is_presigned = false;
  std::string access_key;
  std::string date;  // the parts of the credential scope
  std::string region;
  std::string service;
  std::string terminator;
  std::vector<std::string> signed_headers;  // lower case
  std::string signature;
  std::string session_token;
  TimePoint signed_at;
  Seconds expires{0};  // presigned

  std::string scope() const { return date + '/' + region + '/' + service + '/' + terminator; }
};

// MissingAuthenticationToken, IncompleteSignature or InvalidSecurity for what is no whole signature
// of version 4.
Result<Claims> read_claims(const SignedRequest& request);

// "20261123T044155Z".
std::string to_basic_time(TimePoint time);

}  // namespace squire::access
