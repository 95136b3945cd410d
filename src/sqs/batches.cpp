#include <set>

#include "sqs/message_input.hpp"
#include "sqs/names.hpp"
#include "sqs/queue_url.hpp"
#include "sqs/visibility.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sqs/errors.hpp"
#include "squire/wire/errors.hpp"

namespace squire::sqs {
namespace {

constexpr std::size_t kEntriesMax = 10;

// What makes the whole request fail, in this order (SQS API Reference,
// SendMessageBatch). Then each entry has an id.
template <typename Entry>
Result<void> check_entries(const std::vector<Entry>& entries, std::string_view entry_name) {
  if (entries.empty()) {
    return Error{errors::kEmptyBatchRequest,
                 "There should be at least one " + std::string(entry_name) + " in the request."};
  }
  if (entries.size() > kEntriesMax) {
    return Error{errors::kTooManyEntriesInBatchRequest,
                 "Maximum number of entries per request are 10. You have sent " +
                     std::to_string(entries.size()) + "."};
  }
  std::set<std::string_view> ids;
  for (const auto& entry : entries) {
    if (!is_name(*entry.id)) return Error{errors::kInvalidBatchEntryId, {}};
  }
  for (const auto& entry : entries) {
    if (!ids.insert(*entry.id).second) {
      return Error{errors::kBatchEntryIdsNotDistinct, "Id " + *entry.id + " repeated."};
    }
  }
  return {};
}

BatchResultErrorEntry to_failed(const std::string& id, const Error& error) {
  if (error.code == errors::kReceiptHandleExpired) {
    return to_failed(id, {errors::kReceiptHandleIsInvalid, "The receipt handle has expired"});
  }
  return {id, error.code->is_sender_fault(), std::string(error.code->code),
          std::string(wire::error_text(error))};
}

// Runs f(entry), a Result<Ticket>, for each entry.
template <typename Response, typename Entry, typename F>
Response for_each_entry(Call& call, const std::vector<Entry>& entries, F&& f) {
  Response response;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    if (call.fails_entry(i, entries.size())) {
      response.failed.push_back(to_failed(*entry.id, {errors::kInternalFailure, {}}));
    } else if (const Result<engine::Ticket> ticket = f(entry)) {
      call.wait_for(*ticket);
      response.successful.push_back({*entry.id});
    } else {
      response.failed.push_back(to_failed(*entry.id, ticket.error()));
    }
  }
  return response;
}

Result<void> check_total_size(const std::vector<SendMessageBatch::Entry>& entries) {
  std::size_t total = 0;
  for (const auto& entry : entries) total += size_in_bytes(entry);
  if (static_cast<std::int64_t>(total) <= engine::kMessageBytesMax) return {};
  return Error{errors::kBatchRequestTooLong,
               "Batch requests cannot be longer than " + std::to_string(engine::kMessageBytesMax) +
                   " bytes. You have sent " + std::to_string(total) + " bytes."};
}

// A message that is too long is worded otherwise in a batch.
Result<engine::OutgoingMessage> check_entry(const Call& call, const engine::Queue& queue,
                                            const engine::QueueSettings& settings,
                                            SendMessageBatch::Entry entry) {
  SQUIRE_CHECK(check_size(entry, settings, "One or more parameters cannot be validated."));
  return check_message(call, queue, settings, std::move(entry));
}

// What an entry must have on a FIFO queue fails the request, not the entry, and under this code.
Result<void> check_fifo_entries(const std::vector<SendMessageBatch::Entry>& entries,
                                const engine::QueueSettings& settings) {
  for (const auto& entry : entries) {
    if (!entry.message_group_id) {
      return Error::invalid_parameter(Error::missing_parameter("MessageGroupId").message);
    }
  }
  for (const auto& entry : entries) SQUIRE_CHECK(check_has_deduplication_id(entry, settings));
  return {};
}

}  // namespace

Result<SendMessageBatch::Response> SendMessageBatch::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  SQUIRE_CHECK(check_entries(request.entries, "SendMessageBatchRequestEntry"));
  SQUIRE_CHECK(check_total_size(request.entries));
  const auto settings = queue->settings();
  if (queue->is_fifo()) SQUIRE_CHECK(check_fifo_entries(request.entries, *settings));

  Response response;
  std::vector<engine::OutgoingMessage> messages;
  for (std::size_t i = 0; i < request.entries.size(); ++i) {
    auto& entry = request.entries[i];
    if (call.fails_entry(i, request.entries.size())) {
      response.failed.push_back(to_failed(*entry.id, {errors::kInternalFailure, {}}));
      continue;
    }
    SendMessageBatch::ResultEntry result;
    result.id = *std::move(entry.id);
    result.md5_of_message_system_attributes = system_attributes_digest(entry);
    auto message = check_entry(call, *queue, *settings, std::move(entry));
    if (message) {
      messages.push_back(std::move(*message));
      response.successful.push_back(std::move(result));
    } else {
      response.failed.push_back(to_failed(result.id, message.error()));
    }
  }
  SQUIRE_TRY(const auto sent, queue->send_batch(messages));
  for (std::size_t i = 0; i < sent.size(); ++i) {
    call.wait_for(sent[i].ticket);
    fill_result(response.successful[i], *queue, messages[i], sent[i]);
  }
  return response;
}

Result<DeleteMessageBatch::Response> DeleteMessageBatch::run(Call& call, Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  SQUIRE_CHECK(check_entries(request.entries, "DeleteMessageBatchRequestEntry"));
  return for_each_entry<Response>(call, request.entries,
                                  [&](const Entry& entry) -> Result<engine::Ticket> {
                                    if (entry.receipt_handle.empty())
                                      return Error::missing_parameter("ReceiptHandle");
                                    return queue->remove(entry.receipt_handle, call.client);
                                  });
}

Result<ChangeMessageVisibilityBatch::Response> ChangeMessageVisibilityBatch::run(Call& call,
                                                                                 Request request) {
  SQUIRE_TRY(const auto queue, find_queue(call, request.queue_url));
  SQUIRE_CHECK(check_entries(request.entries, "ChangeMessageVisibilityBatchRequestEntry"));
  return for_each_entry<Response>(
      call, request.entries, [&](const Entry& entry) -> Result<engine::Ticket> {
        if (entry.receipt_handle.empty()) return Error::missing_parameter("ReceiptHandle");
        SQUIRE_TRY(const auto timeout, check_visibility_timeout(entry.visibility_timeout));
        return queue->change_visibility(entry.receipt_handle, timeout, call.client);
      });
}

}  // namespace squire::sqs
