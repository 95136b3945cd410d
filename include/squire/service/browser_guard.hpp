#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "squire/core/url.hpp"
#include "squire/service/http.hpp"

namespace squire::service {

struct Service;

// What becomes of a request before anything else is looked at.
struct BrowserVerdict {
  enum class Kind { Serve, Refuse, Preflight };

  Kind kind = Kind::Serve;
  std::string text;     // why it is refused, and the setting that would allow it; plain ASCII
  std::string headers;  // for the reply, whatever it is: CORS, each with its line's end
};

// A name that the broker may be called by.
struct HostPattern {
  std::string name;      // lower case
  bool is_wild = false;  // not that name, but all below it
};
// "broker.example", or "*.example" for all below. Nothing for what is none; scheme and port are no
// part of it.
std::optional<HostPattern> parse_host_pattern(std::string_view text);

// Scheme, host and port of a page, as browsers spell them: lower case, the scheme's own port left
// out.
struct PageOrigin {
  std::string text;

  friend bool operator==(const PageOrigin&, const PageOrigin&) = default;
};
// "https://App.example:443". Nothing for what is none, such as "null".
std::optional<PageOrigin> parse_page_origin(std::string_view text);

// Which requests are no page's, or one's that may ask: any page that somebody opens on a machine
// can have its browser send requests to a broker there, and a name that the page's owner resolves
// to that machine makes the broker the page's own origin ("DNS rebinding"). Whoever is no browser
// says neither where he comes from nor a name that an attacker owns, and is served. Constant, so
// thread-safe.
class BrowserGuard {
 public:
  // Pages of the broker itself may ask, and nobody else's.
  BrowserGuard() = default;
  // `allowed_hosts`: names that the broker may be called by besides those that nobody else can own.
  // `allowed_origins`: whose pages may ask. The host and origin of `base_url` are allowed.
  BrowserGuard(std::vector<HostPattern> allowed_hosts, std::vector<PageOrigin> allowed_origins,
               const std::optional<Url>& base_url);

  // By the head of the request alone. `checks_host`: for a broker that believes everybody who
  // reaches it; where senders must prove who they are, a name is no danger.
  // AWS's own names of the services are known, too: clients' DNS may lead them here.
  BrowserVerdict judge(const HttpRequest& request, bool checks_host,
                       std::span<const Service* const> services = {}) const;

 private:
  bool knows_host(std::string_view host, std::span<const Service* const> services) const;
  BrowserVerdict judge_page(const HttpRequest& request) const;

  std::vector<HostPattern> hosts_;
  std::vector<PageOrigin> origins_;
  std::optional<PageOrigin> base_origin_;
};

}  // namespace squire::service
