#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "squire/service/http.hpp"

namespace squire::service {

// A request and what became of it, once its reply is on the way. The views outlive the call only.
struct Answered {
  const HttpRequest& request;
  const HttpReply& reply;
  std::string_view service;               // "sqs"; empty: none
  std::string_view action;                // "SendMessage"; empty: none
  std::string_view error_code;            // as in the Query protocol; empty: a success
  std::string_view account;               // empty: unknown
  std::string_view access_key;            // likewise
  std::size_t request_bytes;              // of the body, which may be gone
  std::chrono::microseconds duration{0};  // without the time a poll waited for messages
};

// Is told of every request: metrics, the access log. Thread-safe.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void answered(const Answered& answered) = 0;
};

}  // namespace squire::service
