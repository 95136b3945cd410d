#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "squire/service/action.hpp"
#include "squire/service/credential.hpp"
#include "squire/service/dispatcher_settings.hpp"
#include "squire/service/http.hpp"

namespace squire::service {

// Who asks, and what he must be allowed to do; without `authorization` he may do everything.
struct Caller {
  Identity identity;
  std::optional<Authorization> authorization;
};

// What a visitor of the site is told who may not see what he asks for.
struct Dismissal {
  unsigned status;
  std::string_view message;
  std::string_view headers = {};
};

// Who is let in: to the site by a token, to an action by a signature; no page of another's that a
// browser shows. Constant, so thread-safe.
class Authenticator {
 public:
  // Both outlive it.
  Authenticator(const DispatcherSettings& settings, std::span<const Service* const> services)
      : settings_(settings), services_(services) {}

  bool verifies_signatures() const { return settings_.access != nullptr; }

  // What the head says of a browser.
  BrowserVerdict judge(const HttpRequest& head) const;

  // Whether whoever verifies signatures may find this one right, once its body is there: a known
  // key, a time that is not over, one of our services; or it is an administrator's. True if
  // nobody verifies them.
  bool recognizes(const HttpRequest& head) const;

  // The site is for whoever has the token, or comes to an address of its own that needs none.
  bool may_administrate(const HttpRequest& head) const;
  // Why he may not see what is at that path of the site; nothing: he may.
  std::optional<Dismissal> dismiss(const HttpRequest& request, std::string_view path) const;

  // `credential` is what the request says of itself. The caller looks into both.
  Result<Caller> identify(const HttpRequest& request, const Credential& credential,
                          const Service& service, std::string_view action) const;

 private:
  // Nobody has to say who he is, or prove it.
  bool believes_everybody(const HttpRequest& head) const;
  Result<Caller> verify(const HttpRequest& request, const Credential& credential,
                        const Service& service) const;
  // As he says himself.
  Identity claimed(const Credential& credential) const;

  const DispatcherSettings& settings_;
  const std::span<const Service* const> services_;
};

}  // namespace squire::service
