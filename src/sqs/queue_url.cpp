#include "sqs/queue_url.hpp"

#include <algorithm>

#include "squire/service/request_path.hpp"

namespace squire::sqs {

std::string queue_url(const service::Call& call, const ResourceName& name) {
  std::string url = call.endpoint;
  url.append("/").append(name.account).append("/").append(name.name);
  return url;
}

namespace {

// The region that a host says, in the styles of AWS: sqs.<region>.host, <region>.queue.host. Empty
// if it says none.
std::string_view region_of(std::string_view host) {
  std::string_view region;
  if (host.starts_with("sqs.")) {
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
  std::string_view host;
  std::string_view path = url;
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
    const auto end = std::min(url.find('/', scheme + 3), url.size());
    host = url.substr(scheme + 3, end - scheme - 3);
    path = url.substr(end);
  }
  const auto queue = service::parse_queue_path(path);
  if (!queue) return Error::queue_does_not_exist();
  const auto region = queue->region.empty() ? region_of(host) : queue->region;
  return ResourceName{std::string(region.empty() ? call.identity.region : region),
                      std::string(queue->account.empty() ? call.identity.account : queue->account),
                      std::string(queue->name)};
}

Result<std::shared_ptr<engine::Queue>> find_queue(const service::Call& call, std::string_view url) {
  SQUIRE_TRY(const auto name, parse_queue_url(call, url));
  return call.broker.queue(name);
}

}  // namespace squire::sqs
