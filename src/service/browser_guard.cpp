#include "squire/service/browser_guard.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "squire/core/arn.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/ip_range.hpp"
#include "squire/core/text.hpp"
#include "squire/core/url.hpp"
#include "squire/service/action.hpp"
#include "squire/wire/query.hpp"

namespace squire::service {
namespace {

using Kind = BrowserVerdict::Kind;

constexpr std::size_t kHostBytesMax = 253;  // of a DNS name
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, DELETE";
// Those that SDKs read; AWS exposes them likewise.
constexpr std::string_view kExposed = "x-amzn-RequestId, x-amzn-query-error";
constexpr std::string_view kPreflightSeconds = "600";

bool contains(std::string_view text, char c) {
  return text.find(c) != std::string_view::npos;
}

// A name in lower case, perhaps with the dot of the root. Underscores are no part of names of
// hosts, but of containers'.
bool is_name(std::string_view text) {
  static constexpr auto kAllowed = CharacterSet::letters_and_digits_and("-_");
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > kHostBytesMax) return false;
  for (bool is_more = true; is_more;) {
    const auto dot = text.find('.');
    const auto label = text.substr(0, dot);
    is_more = dot != std::string_view::npos;
    if (label.empty() || label.size() > kLabelBytesMax || !kAllowed.contains_all(label)) {
      return false;
    }
    if (is_more) text.remove_prefix(dot + 1);
  }
  return true;
}

// "[::1]"
bool is_ipv6_literal(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return false;
  text = text.substr(1, text.size() - 2);
  return contains(text, ':') && parse_ip_address(text);
}

struct Authority {
  std::string host;       // lower case; an IPv6 address in its brackets
  std::int64_t port = 0;  // 0: none was said
};

// "localhost:4566", as a Host header and an origin have it. Nothing if any of it is none, a user's
// name before an @ included.
std::optional<Authority> parse_authority(std::string_view text) {
  const auto bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const auto colon = std::min(text.find(':', bracket), text.size());
  Authority authority{to_lower(text.substr(0, colon))};
  if (!is_name(authority.host) && !is_ipv6_literal(authority.host)) return std::nullopt;
  const auto port = text.substr(std::min(colon + 1, text.size()));
  if (port.empty()) return authority;
  const auto number = parse_integer(port);
  if (!number || *number < 1 || *number > 65'535) return std::nullopt;
  authority.port = *number;
  return authority;
}

bool is_below(std::string_view host, std::string_view suffix) {
  return host.size() > suffix.size() && host.ends_with(suffix);
}

// Names that nobody can have resolved to another's machine: reserved (RFC 6761, 6762; ICANN's
// "internal"; Kubernetes' "svc"), and one that its owner has always stand for this machine.
bool is_reserved(std::string_view host) {
  constexpr std::string_view kLocalstack = "localhost.localstack.cloud";
  return host == "localhost" || is_below(host, ".localhost") || is_below(host, ".local") ||
         is_below(host, ".internal") || is_below(host, ".svc") || host == kLocalstack ||
         (is_below(host, kLocalstack) && host[host.size() - kLocalstack.size() - 1] == '.');
}

// AWS's own names of a service, for clients whose DNS leads them here: customers own others below
// amazonaws.com, buckets and load balancers.
bool is_endpoint_of_aws(std::string_view host, std::string_view pattern) {
  if (host.ends_with(".cn")) host.remove_suffix(3);
  constexpr std::string_view kDomain = ".amazonaws.com";
  if (!is_below(host, kDomain)) return false;
  host.remove_suffix(kDomain.size());
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return host == pattern;
  const auto before = pattern.substr(0, star);
  const auto behind = pattern.substr(star + 1);
  if (!host.starts_with(before) || !host.ends_with(behind)) return false;
  host.remove_prefix(before.size());
  host.remove_suffix(std::min(behind.size(), host.size()));
  return has_region_form(host);
}

// The host of "http://host/path", which counts instead of the Host header (RFC 9112, 3.2.2); empty
// for a target that is a path.
std::string_view host_of_target(std::string_view target) {
  if (target.starts_with('/')) return {};
  const auto end = target.find("://");
  if (end == std::string_view::npos) return {};
  const auto rest = target.substr(end + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

// What a client sent, in a text of ours.
std::string quote(std::string_view text) {
  constexpr std::size_t kBytesMax = 80;
  std::string quoted(text.substr(0, kBytesMax));
  static constexpr auto kShown = CharacterSet::letters_and_digits_and(".:/-_[]");
  for (char& c : quoted) {
    if (!kShown.contains(c)) c = '?';
  }
  return quoted;
}

BrowserVerdict refuse(std::string text) {
  return {Kind::Refuse, std::move(text), {}};
}

// A link that carries what proves that it was sent to whoever follows it.
bool is_link_with_token(std::string_view path, std::string_view query) {
  if (!path.ends_with('/') || path.starts_with("/_")) return false;
  wire::Form form;
  if (form.parse(query).has_error()) return false;
  const auto is_there = [&](std::string_view name) {
    const auto* value = form.find(name);
    return value != nullptr && !value->empty();
  };
  const auto* action = form.find("Action");
  if (action == nullptr) return false;
  return (*action == "ConfirmSubscription" && is_there("Token")) ||
         (*action == "Unsubscribe" && is_there("SubscriptionArn"));
}

// Somebody clicks on another site, in his webmail for instance, and leaves it for the console or by
// a link that he was sent. All that is asked for stands in the URL.
bool is_followed_link(const HttpRequest& request) {
  const auto& fetch = request.fetch;
  if (request.method != "GET" || fetch.mode != "navigate" || fetch.destination != "document" ||
      !request.amz_target.empty() || !request.body.empty()) {
    return false;
  }
  const auto question = std::min(request.target.find('?'), request.target.size());
  const auto path = request.target.substr(0, question);
  const auto query = request.target.substr(std::min(question + 1, request.target.size()));
  return path == "/_squire/console" || (path == "/" && query.empty()) ||
         is_link_with_token(path, query);
}

bool is_list_of_words(std::string_view text) {
  static constexpr auto kAllowed = CharacterSet::letters_and_digits_and("!#$%&'*+-.^_`|~, ");
  return kAllowed.contains_all(text);
}

BrowserVerdict allow(const HttpRequest& request, const std::string& origin) {
  const auto& fetch = request.fetch;
  BrowserVerdict verdict;
  const auto add = [&](std::string_view name, std::string_view value) {
    verdict.headers.append(name).append(": ").append(value).append("\r\n");
  };
  add("Access-Control-Allow-Origin", origin);
  add("Vary", "Origin");
  add("Access-Control-Expose-Headers", kExposed);
  if (request.method != "OPTIONS" || fetch.requested_method.empty()) return verdict;
  verdict.kind = Kind::Preflight;
  add("Access-Control-Allow-Methods", kMethods);
  // Whoever may ask may ask in any way.
  if (!fetch.requested_headers.empty() && is_list_of_words(fetch.requested_headers)) {
    add("Access-Control-Allow-Headers", fetch.requested_headers);
  }
  add("Access-Control-Max-Age", kPreflightSeconds);
  return verdict;
}

}  // namespace

std::optional<HostPattern> parse_host_pattern(std::string_view text) {
  const bool is_wild = text.starts_with("*.");
  auto name = to_lower(text.substr(is_wild ? 2 : 0));
  if (!is_name(name) || name.ends_with('.')) return std::nullopt;
  return HostPattern{std::move(name), is_wild};
}

std::optional<PageOrigin> parse_page_origin(std::string_view text) {
  const auto end = text.find("://");
  if (end == std::string_view::npos) return std::nullopt;
  std::string origin = to_lower(text.substr(0, end));
  static constexpr auto kScheme = CharacterSet::letters_and_digits_and("+-.");
  if (origin.empty() || !kScheme.contains_all(origin)) return std::nullopt;
  const auto authority = parse_authority(text.substr(end + 3));
  if (!authority) return std::nullopt;
  const int own_port = origin == "http" ? 80 : origin == "https" ? 443 : 0;
  origin.append("://").append(authority->host);
  if (authority->port != own_port && authority->port != 0) {
    origin.append(":").append(std::to_string(authority->port));
  }
  return PageOrigin{std::move(origin)};
}

BrowserGuard::BrowserGuard(std::vector<HostPattern> allowed_hosts,
                           std::vector<PageOrigin> allowed_origins,
                           const std::optional<Url>& base_url)
    : hosts_(std::move(allowed_hosts)), origins_(std::move(allowed_origins)) {
  if (!base_url) return;
  hosts_.push_back({base_url->host});
  base_origin_ = PageOrigin{(base_url->is_tls ? "https://" : "http://") + base_url->authority()};
}

BrowserVerdict BrowserGuard::judge(const HttpRequest& request, bool checks_host,
                                   std::span<const Service* const> services) const {
  if (checks_host) {
    for (const auto host : {request.host, host_of_target(request.target)}) {
      if (host.empty() || (request.known_host && host == *request.known_host)) continue;
      if (knows_host(host, services)) {
        if (request.known_host) request.known_host->assign(host);
        continue;
      }
      return refuse(
          "The host " + quote(host) +
          " is not served, since anybody could own that name and have pages ask under it. "
          "Add it to the setting allowed_hosts if it is yours");
    }
  }
  return request.fetch.is_empty() ? BrowserVerdict{} : judge_page(request);
}

BrowserVerdict BrowserGuard::judge_page(const HttpRequest& request) const {
  const auto& fetch = request.fetch;
  if (!fetch.origin.empty()) {
    const auto origin = parse_page_origin(fetch.origin);
    if (origin && (origin == base_origin_ || origin == parse_page_origin(request.endpoint()))) {
      return {};
    }
    if (origin && std::find(origins_.begin(), origins_.end(), *origin) != origins_.end()) {
      return allow(request, origin->text);
    }
    return refuse("Pages of the origin " + quote(fetch.origin) +
                  " may not ask. The setting allowed_origins says whose may");
  }
  if (fetch.site.empty() || fetch.site == "none" || fetch.site == "same-origin" ||
      is_followed_link(request)) {
    return {};
  }
  return refuse(
      "Pages of other sites may not ask. The setting allowed_origins says whose may, in requests "
      "that "
      "tell their origin");
}

bool BrowserGuard::knows_host(std::string_view text,
                              std::span<const Service* const> services) const {
  const auto authority = parse_authority(text);
  if (!authority) return false;
  std::string_view host = authority->host;
  if (host.starts_with('[')) return true;
  const bool is_absolute = host.ends_with('.');
  if (is_absolute) host.remove_suffix(1);
  if (is_reserved(host) || parse_ip_address(host)) return true;
  // One label is a container's or a machine's name, unless the dot makes it a top-level domain's.
  if (!contains(host, '.') && !is_absolute) return true;
  const auto is_own = [&](const HostPattern& known) {
    return known.is_wild ? is_below(host, "." + known.name) : host == known.name;
  };
  const auto is_of_aws = [&](const Service* service) {
    return std::any_of(service->hosts.begin(), service->hosts.end(),
                       [&](auto pattern) { return is_endpoint_of_aws(host, pattern); });
  };
  return std::any_of(hosts_.begin(), hosts_.end(), is_own) ||
         std::any_of(services.begin(), services.end(), is_of_aws);
}

}  // namespace squire::service
