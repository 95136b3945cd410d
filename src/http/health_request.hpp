#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/request_parser.hpp"

namespace squire::http {

// A request for the daemon's health, which is answered without asking anybody.
struct HealthRequest {
  RequestData data;
  std::size_t bytes = 0;  // of what was read
  bool keep_alive = false;

  std::string_view path() const;
};

// The request that the bytes begin with, if it is a whole one for health and there is nothing about
// it that the dispatcher would have to judge: no body, no signature or token, no other Host than an
// address or a single label, nothing of a web page's.
std::optional<HealthRequest> read_health_request(std::string_view bytes);

}  // namespace squire::http
