#include "squire/engine/queue/move_tasks.hpp"

#include "sqs/queue_url.hpp"
#include "sqs/task_handle.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {
namespace {

using Status = engine::MoveTaskRow::Status;

constexpr int kMessagesPerSecondMax = 500;
constexpr int kResultsMax = 10;

std::string_view to_text(Status status) {
  switch (status) {
    case Status::Running:
      return "RUNNING";
    case Status::Completed:
      return "COMPLETED";
    case Status::Cancelling:
      return "CANCELLING";
    case Status::Cancelled:
      return "CANCELLED";
    case Status::Failed:
      return "FAILED";
  }
  return "";
}

Result<ResourceName> parse_queue_arn(const std::string& arn, std::string_view parameter) {
  if (auto name = parse_arn("sqs", arn)) return std::move(*name);
  return Error::invalid_parameter(
      "You must use this format to specify the " + std::string(parameter) +
      ": arn:<partition>:<service>:<region>:<account-id>:<resource-id>");
}

Result<void> check_exists(const engine::Broker& broker, const ResourceName& queue,
                          std::string_view parameter) {
  if (broker.find_queue(queue)) return {};
  return Error{errors::kResourceNotFound, "The resource that you specified for the " +
                                              std::string(parameter) + " parameter doesn't exist."};
}

ListMessageMoveTasks::ResultEntry to_entry(const engine::MoveTaskRow& row) {
  ListMessageMoveTasks::ResultEntry entry;
  if (row.status == Status::Running) entry.task_handle = encode_handle(row.id, row.source);
  entry.status = to_text(row.status);
  entry.source_arn = to_arn("sqs", row.source);
  if (row.destination) entry.destination_arn = to_arn("sqs", *row.destination);
  entry.max_number_of_messages_per_second = row.messages_per_second_max;
  entry.approximate_number_of_messages_moved = row.moved_count;
  entry.approximate_number_of_messages_to_move = row.to_move_count;
  entry.failure_reason = row.failure_reason;
  entry.started_timestamp = row.started_at.time_since_epoch().count();
  return entry;
}

}  // namespace

Result<StartMessageMoveTask::Response> StartMessageMoveTask::run(Call& call, Request request) {
  SQUIRE_TRY(const auto source, parse_queue_arn(request.source_arn, "SourceArn"));
  SQUIRE_CHECK(check_exists(call.broker, source, "SourceArn"));
  const auto rate = request.max_number_of_messages_per_second;
  if (rate && (*rate < 1 || *rate > kMessagesPerSecondMax)) {
    return Error::invalid_parameter(std::to_string(*rate), "MaxNumberOfMessagesPerSecond",
                                    "Must be between 1 and 500, if provided.");
  }
  std::optional<ResourceName> destination;
  if (!request.destination_arn.empty()) {
    SQUIRE_TRY(destination, parse_queue_arn(request.destination_arn, "DestinationArn"));
    SQUIRE_CHECK(check_exists(call.broker, *destination, "DestinationArn"));
    if (*destination == source) {
      return Error::invalid_parameter(
          "Source queue arn and destination queue arn cannot be the same.");
    }
  }
  if (must_move_to_find_sources(call)) return Response{};
  if (call.broker.dead_letter_sources(source).empty()) {
    return Error::invalid_parameter("Source queue must be configured as a Dead Letter Queue.");
  }
  const auto started =
      call.broker.store<engine::MoveTasks>().start(source, std::move(destination), rate);
  if (!started) {
    return Error::invalid_parameter(
        "There is already a task running. Only one active task is "
        "allowed for a source queue arn at a given time.");
  }
  call.wait_for(started->ticket);
  return Response{encode_handle(started->id, source)};
}

Result<CancelMessageMoveTask::Response> CancelMessageMoveTask::run(Call& call, Request request) {
  const auto handle = decode_handle(request.task_handle);
  if (!handle) return Error::invalid_parameter("Value for parameter TaskHandle is invalid.");
  if (handle->source.account != call.identity.account) {
    return Error{errors::kResourceNotFound, "Task does not exist."};
  }
  SQUIRE_CHECK(check_exists(call.broker, handle->source, "SourceArn"));
  SQUIRE_TRY(const auto cancelled, call.broker.store<engine::MoveTasks>().cancel(handle->task_id));
  call.wait_for(cancelled.ticket);
  return Response{cancelled.moved_count};
}

Result<ListMessageMoveTasks::Response> ListMessageMoveTasks::run(Call& call, Request request) {
  SQUIRE_TRY(const auto source, parse_queue_arn(request.source_arn, "SourceArn"));
  SQUIRE_CHECK(check_exists(call.broker, source, "SourceArn"));
  const int max_results = request.max_results.value_or(1);
  if (max_results < 1 || max_results > kResultsMax) {
    return Error::invalid_parameter(std::to_string(max_results), "MaxResults",
                                    "Must be between 1 and 10, if provided.");
  }
  Response response;
  for (const auto& row : call.broker.store<engine::MoveTasks>().list(source, max_results)) {
    response.results.push_back(to_entry(row));
  }
  return response;
}

}  // namespace squire::sqs
