#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "squire/engine/queue.hpp"

namespace squire::sqs {

// One page of queues, in order of their names. The token names the last queue seen, so that pages
// stay right while queues come and go.
struct Page {
  std::vector<std::shared_ptr<engine::Queue>> queues;
  std::string next_token;  // empty on the last page, and always if no size was asked for
};

// InvalidParameterValue for a size out of 1 to 1000, or a token that is none of ours.
Result<Page> take_page(std::vector<std::shared_ptr<engine::Queue>> queues_by_name,
                       const std::string& token, std::optional<int> max_results);

}  // namespace squire::sqs
