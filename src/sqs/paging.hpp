#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "squire/engine/queue/queue.hpp"
#include "squire/service/paging.hpp"

namespace squire::sqs {

// Of queues, in order of their names. No next_token if no size was asked for.
using Page = service::Page<std::shared_ptr<engine::Queue>>;

// InvalidParameterValue for a size out of 1 to 1000, or a token that is none of ours.
Result<Page> take_page(std::vector<std::shared_ptr<engine::Queue>> queues_by_name,
                       const std::string& token, std::optional<int> max_results);

// How many queues to list for a page of that size: one more says whether there is another page.
std::size_t listed_max(std::optional<int> max_results);

}  // namespace squire::sqs
