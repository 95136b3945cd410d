#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "squire/core/arn.hpp"
#include "squire/core/ids.hpp"

namespace squire::sqs {

// What names a running move task to clients.
struct TaskHandle {
  Uuid task_id;
  ResourceName source;
};

// Base64 of {"taskId":…,"sourceArn":…}.
std::string encode_handle(const Uuid& task_id, const ResourceName& source);
std::optional<TaskHandle> decode_handle(std::string_view text);

}  // namespace squire::sqs
