#include "squire/service/authenticator.hpp"

#include <algorithm>

#include "squire/core/arn.hpp"
#include "squire/service/request_path.hpp"

namespace squire::service {
namespace {

// What is shown to whoever asks, also where the rest of the site needs a token: whether the daemon
// is well, and the page that then asks for the token.
bool is_open_page(const HttpRequest& request, std::string_view path) {
  return request.method != "POST" && (path == "/" || is_health(path) ||
                                      path == "/_squire/console" || path == "/_squire/certificate");
}

// What the lesser tokens are for. An export is more than a look: it holds the keys that sign.
bool may_read(Bearer bearer, const HttpRequest& request, std::string_view path) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  if (bearer == Bearer::Metrics) return path == "/metrics";
  return bearer == Bearer::Viewer && path.starts_with("/_squire/") && path != "/_squire/export";
}

constexpr std::string_view kViewerOnly =
    "The viewer_token may GET what is under /_squire/, but for exports, and do nothing else";
constexpr std::string_view kMetricsOnly = "The metrics_token may GET /metrics and do nothing else";

// To a request with another token than the one it needs.
Error wrong_token(Bearer bearer) {
  if (bearer == Bearer::Viewer) return {errors::kAccessDenied, std::string(kViewerOnly)};
  if (bearer == Bearer::Metrics) return {errors::kAccessDenied, std::string(kMetricsOnly)};
  return {errors::kIncompleteSignature,
          "The token behind Bearer is wrong: it is not the admin_token of this broker"};
}

// For the log. A message may quote what was sent, secrets in the wrong place included, unless it is
// about the time.
std::string reason_of(const Error& error) {
  std::string reason(error.code->code);
  if (error.message.starts_with("Signature ")) reason.append(": ").append(error.message);
  return reason;
}

constexpr std::string_view kWrongToken = "WrongToken";

}  // namespace

bool Authenticator::believes_everybody(const HttpRequest& head) const {
  const auto* access = settings_.access;
  return access == nullptr || (head.is_by_admin_address && !access->has_admin_token());
}

BrowserVerdict Authenticator::judge(const HttpRequest& head) const {
  return settings_.guard.judge(head, believes_everybody(head), services_);
}

bool Authenticator::recognizes(const HttpRequest& head) const {
  const auto* access = settings_.access;
  if (access == nullptr || access->is_admin(head.authorization)) return true;
  const auto [path, query] = split_target(head.target);
  const access::SignedRequest request{head.method, path, query, head.headers, {}};
  return std::any_of(services_.begin(), services_.end(), [&](const Service* service) {
    return access->recognizes(request, service->name);
  });
}

bool Authenticator::may_administrate(const HttpRequest& head) const {
  return believes_everybody(head) || settings_.access->is_admin(head.authorization);
}

std::optional<Dismissal> Authenticator::dismiss(const HttpRequest& request,
                                                std::string_view path) const {
  if (is_open_page(request, path) || may_administrate(request)) return std::nullopt;
  const auto& access = *settings_.access;
  const auto bearer = access.bearer_of(request.authorization);
  if (may_read(bearer, request, path)) return std::nullopt;
  if (bearer == Bearer::Viewer) return Dismissal{403, kViewerOnly};
  if (bearer == Bearer::Metrics) return Dismissal{403, kMetricsOnly};
  if (bearer == Bearer::Stranger) {
    const auto asked = std::string(request.method).append(" ").append(path);
    access.log({{}, asked, request.address, kWrongToken});
  }
  if (!access.has_token()) {
    return Dismissal{403,
                     "With auth: sigv4 this needs a token. Set admin_token, and send "
                     "Authorization: Bearer <admin_token>; or set admin_address"};
  }
  return Dismissal{401,
                   "Send the setting admin_token, or viewer_token to look only: Authorization: "
                   "Bearer <admin_token>",
                   "WWW-Authenticate: Bearer\r\n"};
}

Identity Authenticator::claimed(const Credential& credential) const {
  const auto& [access_key, region, service] = credential;
  Identity identity{is_account_id(access_key) ? std::string(access_key) : settings_.account,
                    is_region(region) ? std::string(region) : settings_.region, !access_key.empty(),
                    access_key};
  identity.names_region = is_region(region);
  return identity;
}

Result<Caller> Authenticator::identify(const HttpRequest& request, const Credential& credential,
                                       const Service& service, std::string_view action) const {
  const auto* access = settings_.access;
  if (access == nullptr) return Caller{claimed(credential), std::nullopt};
  auto caller = verify(request, credential, service);
  if (caller.has_error()) {
    const bool is_token = access->bearer_of(request.authorization) != Bearer::Nobody;
    const auto reason = reason_of(caller.error());
    access->log({is_token ? std::string_view() : credential.access_key, action, request.address,
                 is_token ? kWrongToken : reason});
  }
  return caller;
}

Result<Caller> Authenticator::verify(const HttpRequest& request, const Credential& credential,
                                     const Service& service) const {
  const auto& access = *settings_.access;
  const auto bearer = access.bearer_of(request.authorization);
  if (bearer == Bearer::Admin) {
    Caller caller{claimed(credential), std::nullopt};
    caller.identity.is_signed = true;
    return caller;
  }
  if (bearer != Bearer::Nobody) return wrong_token(bearer);
  const auto [path, query] = split_target(request.target);
  auto verified =
      access.verify({request.method, path, query, request.headers, request.body}, service.name);
  Origin origin{nullptr, request.address, header_value(request.headers, "user-agent"),
                request.is_secure};
  Identity identity{settings_.account, settings_.region, false};
  if (verified.has_value()) {
    origin.key = std::move(verified->key);
    const auto& principal = origin.key->principal;
    identity = {principal.account,      verified->region, true,
                origin.key->access_key, principal.arn,    true};
  } else if (verified.error().code != errors::kMissingAuthenticationToken) {
    return verified.error();
  }
  return Caller{std::move(identity), Authorization{access, service, std::move(origin)}};
}

}  // namespace squire::service
