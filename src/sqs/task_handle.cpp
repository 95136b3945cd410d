#include "sqs/task_handle.hpp"

#include <nlohmann/json.hpp>

#include "squire/core/text.hpp"

namespace squire::sqs {

std::string encode_handle(const Uuid& task_id, const ResourceName& source) {
  return base64_encode(R"({"taskId":")" + to_string(task_id) + R"(","sourceArn":")" +
                       to_arn("sqs", source) + "\"}");
}

std::optional<TaskHandle> decode_handle(std::string_view text) {
  const auto json = base64_decode(text);
  const auto document = nlohmann::json::parse(json.value_or(std::string()), nullptr, false);
  if (!document.is_object() || !document.contains("taskId") || !document.contains("sourceArn") ||
      !document["taskId"].is_string() || !document["sourceArn"].is_string()) {
    return std::nullopt;
  }
  const auto task_id = parse_uuid(document["taskId"].get<std::string>());
  auto source = parse_arn("sqs", document["sourceArn"].get<std::string>());
  if (!task_id || !source) return std::nullopt;
  return TaskHandle{*task_id, std::move(*source)};
}

}  // namespace squire::sqs
