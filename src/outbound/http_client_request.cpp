#include "outbound/http_client_request.hpp"

#include <string_view>

#include "squire/core/ascii.hpp"
#include "squire/core/http_text.hpp"

namespace squire::outbound {
namespace {

// These decide where a request ends and to whom it goes: two of them would be request smuggling.
bool is_ours(std::string_view name) {
  for (const std::string_view ours :
       {"Host", "Content-Length", "Connection", "Transfer-Encoding", "Authorization"}) {
    if (equals_ignoring_case(name, ours)) return true;
  }
  return false;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_length(std::string& out, const Request& request) {
  append_header(out, "Content-Length", std::to_string(request.body.size()));
}

void append_host(std::string& out, const Url& url) {
  append_header(out, "Host", url.authority());
  if (url.has_credentials) {
    append_header(out, "Authorization", "Basic " + base64_encode(url.user + ":" + url.password));
  }
  append_header(out, "Connection", "Keep-Alive");
}

}  // namespace

std::optional<std::string> format_request(const Request& request, const Url& url) {
  std::string out;
  out.reserve(1024 + request.body.size());
  out.append("POST ").append(url.target).append(" HTTP/1.1\r\n");
  bool has_length = false;
  bool has_host = false;
  for (const auto& [name, value] : request.headers) {
    if (!is_http_token(name) || !is_field_value(value) || is_ours(name)) return std::nullopt;
    if (!has_length && equals_ignoring_case(name, "Content-Type")) {
      append_length(out, request);
      has_length = true;
    }
    if (!has_host && equals_ignoring_case(name, "User-Agent")) {
      append_host(out, url);
      has_host = true;
    }
    append_header(out, name, value);
  }
  if (!has_length) append_length(out, request);
  if (!has_host) append_host(out, url);
  out.append("\r\n").append(request.body);
  return out;
}

}  // namespace squire::outbound
