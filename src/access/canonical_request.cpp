#include "access/canonical_request.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "squire/core/ascii.hpp"
#include "squire/core/url.hpp"

namespace squire::access {
namespace {

bool is_unreserved(char c) {
  return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// RFC 3986; upper-case digits, as AWS asks.
void append_encoded(std::string& out, char c) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  if (is_unreserved(c)) {
    out += c;
  } else {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

// One spelling of a part of a query string. A broken escape stands for itself.
std::string respell(std::string_view text) {
  const auto decoded = form_decode(text);
  std::string out;
  for (const char c : decoded ? std::string_view(*decoded) : text) append_encoded(out, c);
  return out;
}

std::vector<std::string_view> path_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  return segments;
}

// The value without white space at its ends, and with one space where it has more.
void append_trimmed(std::string& out, std::string_view value) {
  bool is_gap = false;
  bool is_start = true;
  for (const char c : value) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      is_gap = true;
      continue;
    }
    if (is_gap && !is_start) out += ' ';
    is_gap = is_start = false;
    out += c;
  }
}

void append_header(std::string& out, const SignedRequest& request, const std::string& name) {
  out.append(name).append(":");
  bool is_first = true;
  for (const auto& header : request.headers) {
    if (!equals_ignoring_case(header.name, name)) continue;
    if (!is_first) out += ',';
    is_first = false;
    append_trimmed(out, header.value);
  }
  out += '\n';
}

}  // namespace

std::string canonical_path(std::string_view path) {
  std::string out;
  for (const auto segment : path_segments(path)) {
    out += '/';
    for (const char c : segment) append_encoded(out, c);
  }
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (parameter.empty()) continue;
    const auto equals = std::min(parameter.find('='), parameter.size());
    auto name = respell(parameter.substr(0, equals));
    if (name == kSignatureParameter) continue;
    parameters.emplace_back(std::move(name),
                            respell(parameter.substr(std::min(equals + 1, parameter.size()))));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string canonical_request(const SignedRequest& request,
                              std::span<const std::string> signed_headers) {
  std::string out;
  out.reserve(1024);
  out.append(request.method).append("\n");
  out.append(canonical_path(request.path)).append("\n");
  out.append(canonical_query(request.query)).append("\n");
  for (const auto& name : signed_headers) append_header(out, request, name);
  out += '\n';
  for (const auto& name : signed_headers) {
    if (&name != signed_headers.data()) out += ';';
    out += name;
  }
  out += '\n';
  return out.append(sha256_hex(request.body));
}

}  // namespace squire::access
