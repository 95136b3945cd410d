#include "net/health_request.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>
#include <string>

#include "squire/core/text.hpp"

namespace squire::net {
namespace {

constexpr std::size_t kHeadBytesMax = 4096;
constexpr std::array<std::string_view, 3> kPaths = {"/_squire/health", "/_localstack/health",
                                                    "/health"};

constexpr std::size_t kLabelMax = 63;

bool is_port(std::string_view text) {
  const auto port = parse_integer(text);
  return port && *port > 0 && *port <= 65'535;
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kLabelMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

bool is_address(std::string_view text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(std::string(text), error);
  return !error;
}

// An address or a single label, with a port or without: no name that somebody on the internet may
// own.
bool is_local_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos || !is_address(host.substr(1, end - 1))) return false;
    host.remove_prefix(end + 1);
    return host.empty() || (host.starts_with(':') && is_port(host.substr(1)));
  }
  const auto colon = std::min(host.find(':'), host.size());
  const auto name = host.substr(0, colon);
  return (is_label(name) || is_address(name)) &&
         (colon == host.size() || is_port(host.substr(colon + 1)));
}

std::ptrdiff_t count_headers(const service::HttpRequest& request, std::string_view name) {
  return std::count_if(request.headers.begin(), request.headers.end(), [&](const auto& header) {
    return boost::beast::iequals(header.name, name);
  });
}

// What browsers say of the page that asks.
bool is_by_a_page(const service::HttpRequest& request) {
  constexpr std::string_view kFetch = "sec-fetch-";
  return count_headers(request, "origin") > 0 ||
         std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
           return boost::beast::iequals(header.name.substr(0, kFetch.size()), kFetch);
         });
}

}  // namespace

std::string_view HealthRequest::path() const {
  return data.target;
}

bool looks_like_health(std::string_view bytes) {
  const auto space = bytes.find(' ');
  const auto method = bytes.substr(0, space);
  if (space == std::string_view::npos || (method != "GET" && method != "HEAD")) return false;
  const auto target = bytes.substr(space + 1);
  return std::any_of(kPaths.begin(), kPaths.end(), [&](std::string_view path) {
    return target.starts_with(path) && target.size() > path.size() && target[path.size()] == ' ';
  });
}

std::optional<HealthRequest> read_health_request(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  if (!looks_like_health(bytes)) return std::nullopt;
  const auto end = bytes.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  HealthRequest found;
  found.bytes = end + kEnd.size();
  found.data.keeps_headers = true;
  RequestParser parser(found.data, kHeadBytesMax, 0);
  boost::system::error_code error;
  const auto taken = parser.put(boost::asio::buffer(bytes.data(), found.bytes), error);
  if (error || !parser.is_done() || taken != found.bytes || parser.upgrade()) return std::nullopt;
  found.keep_alive = parser.keep_alive();
  const auto request = found.data.view();
  // Who signs may mean a queue of that name.
  if (!is_local_host(request.host) || count_headers(request, "authorization") > 0 ||
      count_headers(request, "host") != 1 || count_headers(request, "transfer-encoding") > 0 ||
      is_by_a_page(request) || found.data.expects_continue) {
    return std::nullopt;
  }
  return found;
}

}  // namespace squire::net
