// What the target of a request says: which queue, above all.
#pragma once

#include <optional>
#include <string_view>

namespace squire::service {

struct RequestTarget {
  std::string_view path;
  std::string_view query;
};

// At the question mark. Of an absolute-form target (RFC 9112, 3.2.2) the scheme and host are left
// out.
RequestTarget split_target(std::string_view target);

// A host and port, by the characters they may have: it comes back in queue URLs.
bool is_host(std::string_view text);

// A queue as the path of its URL names it; what it does not say is empty.
struct QueuePath {
  std::string_view region;
  std::string_view account;
  std::string_view name;
};

// In the forms of AWS, LocalStack, ElasticMQ and GoAWS: /account/name, /queue/region/account/name,
// /queue/name and /name. Before an account anything may stand, and slashes may come twice or last.
std::optional<QueuePath> parse_queue_path(std::string_view path);

// A URL, or a path alone.
struct SplitUrl {
  std::string_view host;  // with its port; empty: a path alone
  std::string_view path;
};
SplitUrl split_url(std::string_view url);

// The region that the host of a queue's URL says, in the styles of AWS: <service>.<region>.host,
// <region>.queue.host. Empty if it says none, as "<service>.localhost": a region has a hyphen.
std::string_view region_of(std::string_view host, std::string_view service);

// Whether a path of one segment is, or may become, something else than the queue of that name:
// /health, /metrics, /_squire, /2015-03-31.
bool is_taken(std::string_view segment);

// What the paths of the site begin with.
inline constexpr std::string_view kSitePrefix = "/_";

// Where health is told, in our own words and as clients of ElasticMQ and LocalStack ask for it.
inline constexpr std::string_view kOwnHealth = "/_squire/health";
inline constexpr std::string_view kHealth = "/health";
inline constexpr std::string_view kLocalstackHealth = "/_localstack/health";
inline bool is_health(std::string_view path) {
  return path == kOwnHealth || path == kHealth || path == kLocalstackHealth;
}

}  // namespace squire::service
