#include "net/health_request.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>
#include <string>

namespace squire::net {
namespace {

constexpr std::size_t kHeadBytesMax = 4096;
constexpr std::array<std::string_view, 3> kPaths = {"/_squire/health", "/_localstack/health",
                                                    "/health"};

// The host without its port: "[::1]:4566" → "::1".
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = std::min(host.find(']'), host.size());
    return host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

// No name that somebody on the internet may own.
bool is_local_host(std::string_view host) {
  const auto name = without_port(host);
  if (!name.empty() && name.find('.') == std::string_view::npos &&
      name.find(':') == std::string_view::npos) {
    return true;
  }
  boost::system::error_code error;
  boost::asio::ip::make_address(std::string(name), error);
  return !error;
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
  const std::string_view target = data.target;
  return target.substr(0, target.find('?'));
}

bool looks_like_health(std::string_view bytes) {
  const auto space = bytes.find(' ');
  const auto method = bytes.substr(0, space);
  if (space == std::string_view::npos || (method != "GET" && method != "HEAD")) return false;
  const auto target = bytes.substr(space + 1);
  return std::any_of(kPaths.begin(), kPaths.end(), [&](std::string_view path) {
    return target.starts_with(path) && target.size() > path.size() &&
           (target[path.size()] == ' ' || target[path.size()] == '?');
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
  if (!is_local_host(request.host) || count_headers(request, "host") != 1 ||
      count_headers(request, "transfer-encoding") > 0 || is_by_a_page(request) ||
      found.data.expects_continue) {
    return std::nullopt;
  }
  return found;
}

}  // namespace squire::net
