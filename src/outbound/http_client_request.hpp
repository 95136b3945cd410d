#pragma once

#include <optional>
#include <string>

#include "squire/core/url.hpp"
#include "squire/outbound/outbound.hpp"

namespace squire::outbound {

// The bytes of a POST, head and body in one buffer so that a small one is one write. Headers keep
// the order of `request`, and the client's own stand where SNS has them (as recorded from AWS):
// Content-Length before Content-Type, Host and Connection before User-Agent, or else at the end.
// Nothing: a header's name or value would break out of its line, or is one the client writes.
std::optional<std::string> format_request(const Request& request, const Url& url);

}  // namespace squire::outbound
