#include "sqs/queue_attributes.hpp"
#include "sqs/queue_url.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {

Result<GetQueueAttributes::Response> GetQueueAttributes::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  bool wants_all = false;
  for (const auto& name : request.attribute_names) {
    // An empty name is how some clients write an empty list.
    if (name != "All" && !name.empty() && !is_attribute_name(name)) {
      return errors::unknown_attribute(name);
    }
    wants_all |= name == "All";
  }
  Response response;
  if (request.attribute_names.empty()) return response;
  auto all = visible_attributes(*queue);
  if (wants_all) {
    response.attributes = std::move(all);
  } else {
    for (const auto& name : request.attribute_names) {
      if (auto attribute = all.extract(name)) response.attributes.insert(std::move(attribute));
    }
  }
  return response;
}

Result<NoOutput> SetQueueAttributes::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  if (request.attributes.empty()) return Error::missing_parameter("Attribute.Name");
  // Another delay may concern every message.
  if (call.must_move(queue->message_count())) return NoOutput{};
  SQUIRE_TRY(const auto ticket, queue->edit([&](engine::QueueRow& row) -> Result<void> {
    SQUIRE_CHECK(check_attributes(call.broker, queue->name(), request.attributes, row.attributes,
                                  AttributeUse::Set));
    apply_attributes(row.attributes, request.attributes);
    row.modified_at = call.broker.env().clock.now();
    return {};
  }));
  call.wait_for(ticket);
  return NoOutput{};
}

}  // namespace squire::sqs
