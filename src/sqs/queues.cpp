#include "sqs/names.hpp"
#include "sqs/paging.hpp"
#include "sqs/queue_attributes.hpp"
#include "sqs/queue_url.hpp"
#include "sqs/tag_rules.hpp"
#include "squire/core/text.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {
namespace {

constexpr std::string_view kFifoSuffix = ".fifo";

Result<void> check_queue_name(const CreateQueue::Request& request) {
  const std::string_view name = request.queue_name;
  const auto fifo = request.attributes.find("FifoQueue");
  if (fifo != request.attributes.end() && parse_boolean(fifo->second) == true) {
    if (name.ends_with(kFifoSuffix) && name.size() <= 80 &&
        is_name(name.substr(0, name.size() - kFifoSuffix.size()))) {
      return {};
    }
    return Error::invalid_parameter(
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
        "underscores, must end with .fifo suffix and be 1 to 80 in length");
  }
  if (is_name(name)) return {};
  return Error::invalid_parameter(
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
}

Strings to_urls(const Call& call, const std::vector<std::shared_ptr<engine::Queue>>& queues) {
  Strings urls;
  for (const auto& queue : queues) urls.push_back(queue_url(call, queue->name()));
  return urls;
}

}  // namespace

Result<CreateQueue::Response> CreateQueue::run(Call& call, Request request) {
  SQUIRE_CHECK(check_queue_name(request));
  if (!request.default_visibility_timeout.empty()) {
    request.attributes.insert({"VisibilityTimeout", request.default_visibility_timeout});
  }
  const ResourceName name{call.identity.region, call.identity.account, request.queue_name};
  SQUIRE_CHECK(check_attributes(call.broker, name, request.attributes, {}, AttributeUse::Create));
  SQUIRE_CHECK(check_tags(name.name, request.tags));
  StringMap attributes;
  apply_attributes(attributes, request.attributes);
  SQUIRE_TRY(const auto created,
             call.broker.create_queue(name, std::move(attributes), std::move(request.tags)));
  if (!created.is_new) {
    const auto different = first_difference(request.attributes, *created.queue);
    if (!different.empty()) {
      return Error{
          errors::kQueueNameExists,
          "A queue already exists with the same name and a different value for attribute " +
              different};
    }
  }
  call.wait_for(created.ticket);
  return Response{queue_url(call, name)};
}

Result<NoOutput> DeleteQueue::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  if (call.must_move(queue->message_count())) return NoOutput{};
  SQUIRE_TRY(const auto ticket, call.broker.delete_queue(queue->name()));
  call.wait_for(ticket);
  return NoOutput{};
}

Result<GetQueueUrl::Response> GetQueueUrl::run(Call& call, Request request) {
  const auto& owner = request.queue_owner_aws_account_id;
  const ResourceName name{call.identity.region, owner.empty() ? call.identity.account : owner,
                          std::move(request.queue_name)};
  SQUIRE_TRY(const auto queue, call.broker.queue(name));
  return Response{queue_url(call, queue->name())};
}

Result<ListQueues::Response> ListQueues::run(Call& call, Request request) {
  const auto& who = call.identity;
  auto queues =
      call.broker.list_queues(who.region, who.account, request.queue_name_prefix,
                              service::read_page_token(request.next_token).value_or(std::string()),
                              listed_max(request.max_results));
  SQUIRE_TRY(const auto page,
             take_page(std::move(queues), request.next_token, request.max_results));
  return Response{to_urls(call, page.items), page.next_token};
}

Result<ListDeadLetterSourceQueues::Response> ListDeadLetterSourceQueues::run(Call& call,
                                                                             Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  if (must_move_to_find_sources(call)) return Response{};
  SQUIRE_TRY(const auto page, take_page(call.broker.dead_letter_sources(queue->name()),
                                        request.next_token, request.max_results));
  return Response{to_urls(call, page.items), page.next_token};
}

Result<NoOutput> PurgeQueue::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  if (call.must_move(queue->message_count())) return NoOutput{};
  SQUIRE_TRY(const auto ticket, queue->purge(call.client));
  call.wait_for(ticket);
  return NoOutput{};
}

}  // namespace squire::sqs
