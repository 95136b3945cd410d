#include "access/claims.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "access/canonical_request.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/iso_time.hpp"
#include "squire/core/text.hpp"
#include "squire/core/url.hpp"

namespace squire::access {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::int64_t kExpiresSecondsMax = 604'800;
// SDKs sign about ten. Each one is looked for among all that were sent.
constexpr std::size_t kSignedHeadersMax = 100;

Error incomplete(std::string message) {
  return {errors::kIncompleteSignature, std::move(message)};
}

// The next part, without white space around it.
std::string_view take_part(std::string_view& text, std::string_view separators) {
  const auto end = std::min(text.find_first_of(separators), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// The value of the first parameter of that name; `query` is what stands behind it.
std::optional<std::string_view> take_parameter(std::string_view& query, std::string_view name) {
  while (!query.empty()) {
    auto value = take_part(query, "&");
    if (take_part(value, "=") == name) return value;
  }
  return std::nullopt;
}

// A parameter of the query string, decoded; nothing if it is not there or cannot be decoded.
std::optional<std::string> find_parameter(std::string_view query, std::string_view name) {
  const auto value = take_parameter(query, name);
  return value ? form_decode(*value) : std::nullopt;
}

bool is_there_twice(std::string_view query, std::string_view name) {
  return take_parameter(query, name) && take_parameter(query, name);
}

// "20261123T044155Z"
std::optional<TimePoint> parse_basic_time(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  std::string extended(text);
  for (const auto& [at, c] : {std::pair{13, ':'}, {11, ':'}, {6, '-'}, {4, '-'}}) {
    extended.insert(static_cast<std::size_t>(at), 1, c);
  }
  return parse_iso_time(extended);
}

// "Mon, 23 Nov 2026 04:41:55 GMT"
std::optional<TimePoint> parse_http_date(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = kMonths.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const auto number = std::to_string(101 + month / 3).substr(1);
  return parse_iso_time(std::string(text.substr(12, 4)) + "-" + number + "-" +
                        std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) +
                        "Z");
}

Result<void> read_credential(Claims& claims, std::string_view credential) {
  std::array<std::string*, 5> parts = {&claims.access_key, &claims.date, &claims.region,
                                       &claims.service, &claims.terminator};
  std::string_view rest = credential;
  std::size_t count = 0;
  for (bool is_more = true; is_more && count <= parts.size(); ++count) {
    is_more = rest.find('/') != std::string_view::npos;
    const auto part = take_part(rest, "/");
    if (count < parts.size()) *parts[count] = part;
  }
  if (count == parts.size()) return {};
  return incomplete(
      "Credential must have exactly 5 slash-delimited elements, e.g. "
      "keyid/date/region/service/term, got '" +
      std::string(credential) + "'");
}

Result<void> read_signed_headers(Claims& claims, std::string_view names) {
  while (!names.empty()) claims.signed_headers.push_back(to_lower(take_part(names, ";")));
  if (claims.signed_headers.size() <= kSignedHeadersMax) return {};
  return incomplete("A signature may cover " + std::to_string(kSignedHeadersMax) + " headers.");
}

Result<void> read_time(Claims& claims, std::string_view text) {
  auto time = parse_basic_time(text);
  if (!time && !claims.is_presigned) time = parse_http_date(text);
  if (!time) {
    return incomplete("Date must be in ISO-8601 'basic format'. Got '" + std::string(text) +
                      "'. See http://en.wikipedia.org/wiki/ISO_8601");
  }
  claims.signed_at = *time;
  return {};
}

struct AuthorizationParts {
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;

  // Null: there is no part of that name.
  std::string_view* find(std::string_view name) {
    if (name == "Credential") return &credential;
    if (name == "SignedHeaders") return &signed_headers;
    return name == "Signature" ? &signature : nullptr;
  }
};

// Parts are separated by commas or white space. Of an unknown one AWS's word is not known (?).
Result<AuthorizationParts> split_authorization(std::string_view text) {
  AuthorizationParts parts;
  std::string_view rest = text;
  if (take_part(rest, " ") != kAlgorithm) return parts;
  while (!rest.empty()) {
    auto value = take_part(rest, ", \t");
    if (value.empty()) continue;
    if (value.find('=') == std::string_view::npos) {
      return incomplete("'" + std::string(value) +
                        "' not a valid key=value pair (missing equal-sign) in Authorization "
                        "header.");
    }
    const auto name = take_part(value, "=");
    auto* part = parts.find(name);
    if (part == nullptr || !part->empty()) {
      return incomplete("Authorization header has " +
                        std::string(part ? "two parameters '" : "an unknown parameter '") +
                        std::string(name) + "'.");
    }
    *part = value;
  }
  return parts;
}

Result<Claims> read_header(const SignedRequest& request, std::string_view authorization) {
  SQUIRE_TRY(const auto parts, split_authorization(authorization));
  const auto* date = find_header(request.headers, "x-amz-date");
  if (!date) date = find_header(request.headers, "date");
  std::string missing;
  const auto require = [&](bool is_there, std::string_view name) {
    if (is_there) return;
    missing.append("Authorization header requires '").append(name).append("' parameter. ");
  };
  require(!parts.credential.empty(), "Credential");
  require(!parts.signature.empty(), "Signature");
  require(!parts.signed_headers.empty(), "SignedHeaders");
  if (!date) {
    missing +=
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (!missing.empty()) {
    // The header may hold a secret that was put into the wrong place: only its hash comes back.
    const auto hash = sha256(authorization);
    return incomplete(missing + "(Hashed with SHA-256 and encoded with Base64) Authorization=" +
                      base64_encode({reinterpret_cast<const char*>(hash.data()), hash.size()}));
  }
  Claims claims;
  SQUIRE_CHECK(read_credential(claims, parts.credential));
  SQUIRE_CHECK(read_signed_headers(claims, parts.signed_headers));
  SQUIRE_CHECK(read_time(claims, *date));
  claims.signature = parts.signature;
  claims.session_token = header_value(request.headers, "x-amz-security-token");
  return claims;
}

std::ptrdiff_t count_headers(std::span<const Header> headers, std::string_view name) {
  return std::count_if(headers.begin(), headers.end(), [&](const Header& header) {
    return equals_ignoring_case(header.name, name);
  });
}

Result<void> read_expires(Claims& claims, const std::string& text) {
  const auto seconds = parse_integer(text);
  if (!seconds) return incomplete("X-Amz-Expires should be a number");
  if (*seconds < 1) return incomplete("X-Amz-Expires must be positive");
  if (*seconds > kExpiresSecondsMax) {
    return incomplete("X-Amz-Expires must be less than a week (in seconds) that is 604800");
  }
  claims.expires = Seconds(*seconds);
  return {};
}

Result<Claims> read_presigned(const SignedRequest& request) {
  constexpr std::array<std::string_view, 6> kNames = {"X-Amz-Algorithm",   "X-Amz-Credential",
                                                      kSignatureParameter, "X-Amz-SignedHeaders",
                                                      "X-Amz-Date",        "X-Amz-Expires"};
  std::array<std::string, kNames.size()> values;
  std::string missing;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (is_there_twice(request.query, kNames[i])) {
      return incomplete("AWS query-string parameters have '" + std::string(kNames[i]) + "' twice.");
    }
    values[i] = find_parameter(request.query, kNames[i]).value_or("");
    if (!values[i].empty()) continue;
    missing.append("AWS query-string parameters must include '").append(kNames[i]).append("'. ");
  }
  if (!missing.empty()) return incomplete(missing + "Re-examine the query-string parameters.");
  const auto& [algorithm, credential, signature, signed_headers, date, expires] = values;
  if (algorithm != kAlgorithm)
    return incomplete("Unsupported AWS 'algorithm': '" + algorithm + "'.");
  Claims claims;
  claims.is_presigned = true;
  claims.signature = signature;
  SQUIRE_CHECK(read_credential(claims, credential));
  SQUIRE_CHECK(read_signed_headers(claims, signed_headers));
  SQUIRE_CHECK(read_time(claims, date));
  SQUIRE_CHECK(read_expires(claims, expires));
  claims.session_token = find_parameter(request.query, "X-Amz-Security-Token").value_or("");
  return claims;
}

}  // namespace

std::string to_basic_time(TimePoint time) {
  std::string text = to_iso_time(time).substr(0, 19) + "Z";
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

Result<Claims> read_claims(const SignedRequest& request) {
  if (const auto* authorization = find_header(request.headers, "authorization")) {
    if (count_headers(request.headers, "authorization") > 1) {
      return incomplete("There are two Authorization headers.");
    }
    return read_header(request, *authorization);
  }
  for (const auto name : {std::string_view("X-Amz-Algorithm"), std::string_view("X-Amz-Credential"),
                          kSignatureParameter}) {
    if (find_parameter(request.query, name)) return read_presigned(request);
  }
  for (const auto form : {request.query, request.body}) {
    if (find_parameter(form, "AWSAccessKeyId")) {
      return Error{errors::kInvalidSecurity,
                   "Signature Version 2 is not supported. Sign the request with Signature Version "
                   "4, as SDKs do by default."};
    }
  }
  return Error{errors::kMissingAuthenticationToken, {}};
}

}  // namespace squire::access
