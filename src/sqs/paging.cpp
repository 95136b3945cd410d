#include "sqs/paging.hpp"

#include <algorithm>

namespace squire::sqs {
namespace {

constexpr int kResultsMax = 1000;

}  // namespace

Result<Page> take_page(std::vector<std::shared_ptr<engine::Queue>> queues, const std::string& token,
                       std::optional<int> max_results) {
  if (max_results && (*max_results < 1 || *max_results > kResultsMax)) {
    return Error::invalid_parameter(std::to_string(*max_results), "MaxResults",
                                    "MaxResults must be an integer between 1 and 1000.");
  }
  auto page = service::take_page(
      std::move(queues), [](const auto& queue) { return queue->name().name; }, token,
      static_cast<std::size_t>(max_results.value_or(kResultsMax)));
  if (!page) return Error::invalid_parameter(token, "NextToken", "Invalid pagination token.");
  if (!max_results) page->next_token.clear();
  return *std::move(page);
}

std::size_t listed_max(std::optional<int> max_results) {
  return static_cast<std::size_t>(std::clamp(max_results.value_or(kResultsMax), 1, kResultsMax)) +
         1;
}

}  // namespace squire::sqs
