#include "http/reply_head.hpp"

#include <boost/beast/http/status.hpp>
#include <ctime>

#include "squire/service/temporary_files.hpp"

namespace squire::http {
namespace {

namespace http = boost::beast::http;

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void append_head(std::string& out, const service::HttpReply& reply, const ReplyStyle& style) {
  out += "HTTP/1.1 ";
  const auto reason = http::obsolete_reason(static_cast<http::status>(reply.status));
  out.append(std::to_string(reply.status)).append(" ");
  out.append(reason.data(), reason.size()).append("\r\n");
  append_header(out, "x-amzn-RequestId", reply.request_id);
  if (!reply.query_error.empty()) append_header(out, "x-amzn-query-error", reply.query_error);
  if (reply.status != 204) {  // which has no content (RFC 9110, 8.6)
    const auto size = reply.file ? reply.file->size() : reply.body.size();
    append_header(out, "Content-Type", reply.content_type);
    append_header(out, "Content-Length", std::to_string(size));
  }
  append_header(out, "Date", style.date);
  out += reply.headers;
  if (!style.keep_alive) {
    append_header(out, "Connection", "close");
  } else if (style.is_http_1_0) {
    append_header(out, "Connection", "keep-alive");
  }
  out += "\r\n";
}

std::string http_date(TimePoint time) {
  const std::time_t seconds = std::chrono::floor<Seconds>(time).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace squire::http
