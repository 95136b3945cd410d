#include "http/health_request.hpp"

#include "squire/service/browser_guard.hpp"
#include "squire/service/request_path.hpp"

namespace squire::http {
namespace {

constexpr std::size_t kHeadBytesMax = 4096;

// Whether the bytes may become one: so that few requests are parsed twice.
bool looks_like_health(std::string_view bytes) {
  const auto space = bytes.find(' ');
  const auto method = bytes.substr(0, space);
  if (space == std::string_view::npos || (method != "GET" && method != "HEAD")) return false;
  const auto target = bytes.substr(space + 1);
  const auto end = target.find(' ');
  return end != std::string_view::npos && service::is_health(target.substr(0, end));
}

// Whether the dispatcher would serve it without a word, whatever the settings: by the rules for all
// hosts, to nobody's page, unsigned (who signs may mean a queue of that name).
bool needs_no_judgement(const service::HttpRequest& request) {
  return !request.host.empty() && request.authorization.empty() && request.fetch.is_empty() &&
         service::BrowserGuard().judge(request, true).kind == service::BrowserVerdict::Kind::Serve;
}

}  // namespace

std::string_view HealthRequest::path() const {
  return data.target;
}

std::optional<HealthRequest> read_health_request(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  if (!looks_like_health(bytes)) return std::nullopt;
  const auto end = bytes.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  HealthRequest found;
  found.bytes = end + kEnd.size();
  RequestParser parser(found.data, kHeadBytesMax, 0);
  boost::system::error_code error;
  const auto taken = parser.put(boost::asio::buffer(bytes.data(), found.bytes), error);
  if (error || !parser.is_done() || taken != found.bytes || parser.upgrade()) return std::nullopt;
  found.keep_alive = parser.keep_alive();
  if (!needs_no_judgement(found.data.view()) || found.data.expects_continue) return std::nullopt;
  return found;
}

}  // namespace squire::http
