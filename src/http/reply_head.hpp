#pragma once

#include <string>
#include <string_view>

#include "squire/core/clock.hpp"
#include "squire/service/http.hpp"

namespace squire::http {

// How a reply is sent.
struct ReplyStyle {
  std::string_view date;
  bool keep_alive = true;
  bool is_http_1_0 = false;  // which must be told that it is
};

// Adds the status line and the headers of a reply, and the empty line.
void append_head(std::string& out, const service::HttpReply& reply, const ReplyStyle& style);

// "Wed, 25 Nov 2026 22:59:51 GMT"
std::string http_date(TimePoint time);

}  // namespace squire::http
