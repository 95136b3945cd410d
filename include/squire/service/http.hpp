#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "squire/core/header.hpp"
#include "squire/engine/history.hpp"
#include "squire/wire/incoming.hpp"

namespace squire::service {

class TemporaryFile;

// What a browser tells of a request that a page made it send, in headers that the page cannot
// choose (Fetch standard, and Fetch Metadata Request Headers). All empty: no browser, as far as one
// can say.
struct FetchMetadata {
  std::string_view origin;
  std::string_view site;              // Sec-Fetch-Site
  std::string_view mode;              // Sec-Fetch-Mode
  std::string_view destination;       // Sec-Fetch-Dest
  std::string_view requested_method;  // Access-Control-Request-Method
  std::string_view requested_headers;

  bool is_empty() const { return origin.empty() && site.empty(); }
};

// One HTTP request as the services see it. The views are the connection's and outlive the exchange;
// absent headers are empty.
struct HttpRequest {
  std::string_view method;
  std::string_view target;  // path and query string
  std::string_view host;
  std::string_view content_type;
  std::string_view amz_target;  // X-Amz-Target
  std::string_view authorization;
  std::string_view body;
  std::string_view accept = {};
  std::span<const Header> headers = {};  // all of them; none if nobody needs them
  std::string_view address = {};         // of the client: an IP address
  bool is_secure = false;                // came over TLS
  bool is_by_admin_address = false;      // came to the address that the site has of its own
  std::string_view trace_id = {};        // X-Amzn-Trace-Id

  // What this daemon's URLs begin with for whoever sent it: "https://broker:4566".
  std::string endpoint() const {
    return std::string(is_secure ? "https://" : "http://").append(host);
  }

  // The connection's last client, kept so that the next request can share it; may be null.
  engine::ClientPtr* client = nullptr;
  // The connection's last host that was found to be known, likewise.
  std::string* known_host = nullptr;
  // The body, if there is an Upload for this request; else null.
  std::shared_ptr<TemporaryFile> body_file = nullptr;
  FetchMetadata fetch = {};
};

// Where the body of a request goes as it comes, since it may be too large for memory.
struct Upload {
  std::shared_ptr<TemporaryFile> file;  // null: there are too many already
  std::uint64_t bytes_max = 0;
  std::string_view setting;  // that says so
};

struct HttpReply : wire::Answer {
  std::string request_id;                         // x-amzn-RequestId
  std::shared_ptr<TemporaryFile> file = nullptr;  // instead of the body
};

}  // namespace squire::service
