#include "sqs/queue_url.hpp"

#include <algorithm>

namespace squire::sqs {

std::string queue_url(const service::Call& call, const ResourceName& name) {
  std::string url = call.endpoint;
  url.append("/").append(name.account).append("/").append(name.name);
  return url;
}

Result<ResourceName> parse_queue_url(const service::Call& call, std::string_view url) {
  const auto invalid = [&] {
    return Error{Errc::InvalidAddress,
                 "The address " + std::string(url) + " is not valid for this endpoint."};
  };
  std::string_view rest = url;
  bool has_host = false;
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    const auto path = rest.find('/', scheme + 3);
    if (path == std::string_view::npos) return invalid();
    rest.remove_prefix(path);
    has_host = true;
  }
  const auto slash = rest.rfind('/');
  const auto name = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
  if (name.empty()) return invalid();
  std::string_view account = call.identity.account;
  if (slash != std::string_view::npos) {
    const auto before = rest.substr(0, slash);
    account = before.substr(std::min(before.rfind('/') + 1, before.size()));
    if (!is_account_id(account)) return invalid();
  } else if (has_host) {
    return invalid();
  }
  return ResourceName{call.identity.region, std::string(account), std::string(name)};
}

Result<std::shared_ptr<engine::Queue>> find_queue(const service::Call& call, std::string_view url) {
  SQUIRE_TRY(const auto name, parse_queue_url(call, url));
  return call.broker.queue(name);
}

}  // namespace squire::sqs
