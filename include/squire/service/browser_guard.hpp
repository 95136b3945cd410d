#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

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

// Which requests are no page's, or one's that may ask: any page that somebody opens on a machine
// can have its browser send requests to a broker there, and a name that the page's owner resolves
// to that machine makes the broker the page's own origin ("DNS rebinding"). Whoever is no browser
// says neither where he comes from nor a name that an attacker owns, and is served. Constant, so
// thread-safe.
class BrowserGuard {
 public:
  // Pages of the broker itself may ask, and nobody else's.
  BrowserGuard() = default;
  // `allowed_hosts`: names that the broker may be called by besides those that nobody else can own,
  // with commas between; "*.example.com" are all below example.com. `allowed_origins`: whose pages
  // may ask ("https://app.example"). The host and origin of `base_url` are allowed. Throws
  // std::runtime_error that names the setting and what is wrong with it.
  BrowserGuard(std::string_view allowed_hosts, std::string_view allowed_origins,
               std::string_view base_url);

  // By the head of the request alone. `checks_host`: for a broker that believes everybody who
  // reaches it; where senders must prove who they are, a name is no danger.
  // AWS's own names of the services are known, too: clients' DNS may lead them here.
  BrowserVerdict judge(const HttpRequest& request, bool checks_host,
                       std::span<const Service* const> services = {}) const;

 private:
  bool knows_host(std::string_view host, std::span<const Service* const> services) const;
  BrowserVerdict judge_page(const HttpRequest& request) const;

  std::vector<std::string> hosts_;    // lower case; those that begin with a dot are suffixes
  std::vector<std::string> origins_;  // as browsers spell them
  std::string base_origin_;           // empty: there is none
};

}  // namespace squire::service
