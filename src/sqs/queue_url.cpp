#include "sqs/queue_url.hpp"

#include <algorithm>

namespace squire::sqs {

std::string queue_url(const service::Call& call, const ResourceName& name) {
  std::string url = call.endpoint;
  url.append("/").append(name.account).append("/").append(name.name);
  return url;
}

namespace {

// The region that a URL says, in the styles of AWS and of LocalStack: sqs.<region>.host,
// <region>.queue.host and /queue/<region>/account/name. Empty if it says none.
std::string_view region_of(std::string_view host, std::string_view path) {
  constexpr std::string_view kPath = "/queue/";
  std::string_view region;
  if (path.starts_with(kPath)) {
    path.remove_prefix(kPath.size());
    region = path.substr(0, path.find('/'));
  } else if (host.starts_with("sqs.")) {
    host.remove_prefix(4);
    const auto end = host.find('.');
    if (end != std::string_view::npos) region = host.substr(0, end);
  } else {
    const auto dot = host.find('.');
    if (dot != std::string_view::npos && host.substr(dot).starts_with(".queue.")) {
      region = host.substr(0, dot);
    }
  }
  return is_region(region) ? region : std::string_view();
}

}  // namespace

Result<ResourceName> parse_queue_url(const service::Call& call, std::string_view url) {
  const auto invalid = [&] {
    return Error{Errc::InvalidAddress,
                 "The address " + std::string(url) + " is not valid for this endpoint."};
  };
  std::string_view rest = url;
  std::string_view host;
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    const auto path = rest.find('/', scheme + 3);
    if (path == std::string_view::npos) return invalid();
    host = rest.substr(scheme + 3, path - scheme - 3);
    rest.remove_prefix(path);
  }
  const auto slash = rest.rfind('/');
  const auto name = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
  if (name.empty()) return invalid();
  std::string_view account = call.identity.account;
  if (slash != std::string_view::npos) {
    const auto before = rest.substr(0, slash);
    account = before.substr(std::min(before.rfind('/') + 1, before.size()));
    if (!is_account_id(account)) return invalid();
  } else if (!host.empty()) {
    return invalid();
  }
  const auto region = region_of(host, rest);
  return ResourceName{region.empty() ? call.identity.region : std::string(region),
                      std::string(account), std::string(name)};
}

Result<std::shared_ptr<engine::Queue>> find_queue(const service::Call& call, std::string_view url) {
  SQUIRE_TRY(const auto name, parse_queue_url(call, url));
  return call.broker.queue(name);
}

}  // namespace squire::sqs
