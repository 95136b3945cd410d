#include "sqs/queue_url.hpp"

#include "squire/service/request_path.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {

std::string queue_url(const service::Call& call, const ResourceName& name) {
  std::string url = call.endpoint;
  url.append("/").append(name.account).append("/").append(name.name);
  return url;
}

Result<ResourceName> parse_queue_url(const service::Call& call, std::string_view url) {
  const auto [host, path] = service::split_url(url);
  const auto queue = service::parse_queue_path(path);
  if (!queue) return Error{errors::kQueueDoesNotExist, {}};
  const auto region = queue->region.empty() ? service::region_of(host, "sqs") : queue->region;
  return ResourceName{std::string(region.empty() ? call.identity.region : region),
                      std::string(queue->account.empty() ? call.identity.account : queue->account),
                      std::string(queue->name)};
}

std::optional<service::PathParameter> path_parameter(std::string_view path) {
  const auto queue = service::parse_queue_path(path);
  if (!queue) return std::nullopt;
  const bool is_short = queue->account.empty() && path.find('/', 1) == std::string_view::npos;
  return service::PathParameter{"QueueUrl", !queue->account.empty(),
                                is_short && service::is_taken(queue->name)};
}

Result<std::shared_ptr<engine::Queue>> find_queue(const service::Call& call, std::string_view url) {
  SQUIRE_TRY(const auto name, parse_queue_url(call, url));
  return call.broker.queue(name);
}

bool must_move_to_find_sources(service::Call& call) {
  constexpr std::size_t kStepsPerQueue = 3;  // to look at its settings
  return call.must_move(kStepsPerQueue * call.broker.queue_count());
}

}  // namespace squire::sqs
