// Who is let in: to the site by a token, to an action by a signature.
#include "squire/service/dispatcher.hpp"
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

// To a request with another token than the one it needs.
Error wrong_token(Bearer bearer) {
  if (bearer == Bearer::Viewer) {
    return {
        Errc::AccessDenied,
        "The viewer_token may GET what is under /_squire/, but for exports, and do nothing else"};
  }
  if (bearer == Bearer::Metrics) {
    return {Errc::AccessDenied, "The metrics_token may GET /metrics and do nothing else"};
  }
  return {Errc::IncompleteSignature,
          "The token behind Bearer is wrong: it is not the admin_token of this broker"};
}

}  // namespace

bool Dispatcher::believes_everybody(const HttpRequest& head) const {
  const auto* access = settings_.access;
  return access == nullptr || (head.is_by_admin_address && !access->has_admin_token());
}

BrowserVerdict Dispatcher::judge(const HttpRequest& head) const {
  return settings_.guard.judge(head, believes_everybody(head));
}

bool Dispatcher::turns_away(const HttpRequest& head) const {
  return judge(head).kind != BrowserVerdict::Kind::Serve;
}

std::optional<Upload> Dispatcher::upload(const HttpRequest& head) const {
  const auto path = split_target(head.target).path;
  if (!path.starts_with("/_") || site_ == nullptr) return std::nullopt;
  if (settings_.has_admin_address != head.is_by_admin_address) return std::nullopt;
  if (!may_administrate(head) || turns_away(head)) return std::nullopt;
  return site_->upload(head.method, path);
}

bool Dispatcher::may_administrate(const HttpRequest& head) const {
  return believes_everybody(head) || settings_.access->is_admin(head.authorization);
}

bool Exchange::may_administrate(const HttpRequest& request, std::string_view path) {
  if (is_open_page(request, path) || dispatcher_.may_administrate(request)) return true;
  const auto& access = *dispatcher_.settings_.access;
  const auto bearer = access.bearer_of(request.authorization);
  if (may_read(bearer, request, path)) return true;
  if (bearer == Bearer::Viewer || bearer == Bearer::Metrics) {
    refuse_admin_request(403, wrong_token(bearer).message);
    return false;
  }
  if (bearer == Bearer::Stranger) {
    log_refusal(request, std::string(request.method).append(" ").append(path), {});
  }
  if (access.has_token()) {
    reply_.headers = "WWW-Authenticate: Bearer\r\n";
    refuse_admin_request(
        401,
        "Send the setting admin_token, or viewer_token to look only: Authorization: Bearer "
        "<admin_token>");
  } else {
    refuse_admin_request(
        403,
        "With auth: sigv4 this needs a token. Set admin_token, and send Authorization: "
        "Bearer <admin_token>; or set admin_address");
  }
  return false;
}

// Leaves `authorization` empty for whoever may do everything.
Result<void> Exchange::authenticate(const HttpRequest& request, Identity& identity,
                                    std::optional<Authorization>& authorization) const {
  const auto& settings = dispatcher_.settings_;
  const auto bearer = settings.access->bearer_of(request.authorization);
  if (bearer == Bearer::Admin) {
    identity.is_signed = true;
    return {};
  }
  if (bearer != Bearer::Nobody) return wrong_token(bearer);
  const auto [path, query] = split_target(request.target);
  const access::SignedRequest signed_request{request.method, path, query, request.headers,
                                             request.body};
  Origin origin{nullptr, request.address, access::header_value(request.headers, "user-agent"),
                request.is_secure};
  auto verified = settings.access->verify(signed_request, service_->name);
  if (verified.has_value()) {
    origin.key = std::move(verified->key);
    const auto& principal = origin.key->principal;
    identity = {principal.account,      verified->region, true,
                origin.key->access_key, principal.arn,    true};
  } else if (verified.error().code == Errc::MissingAuthenticationToken) {
    identity = {settings.account, settings.region, false};
  } else {
    return verified.error();
  }
  authorization.emplace(Authorization{*settings.access, *service_, std::move(origin)});
  return {};
}

void Exchange::log_refusal(const HttpRequest& request, std::string_view action,
                           std::string_view reason) const {
  const auto& access = *dispatcher_.settings_.access;
  const bool is_token = access.bearer_of(request.authorization) != Bearer::Nobody;
  access.log({is_token ? std::string_view() : credential_.access_key, action, request.address,
              is_token ? std::string_view("WrongToken") : reason});
}

}  // namespace squire::service
