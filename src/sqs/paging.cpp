#include "sqs/paging.hpp"

#include <algorithm>

#include "squire/core/text.hpp"

namespace squire::sqs {
namespace {

constexpr int kResultsMax = 1000;
constexpr std::string_view kTokenPrefix = "after:";

}  // namespace

Result<Page> take_page(std::vector<std::shared_ptr<engine::Queue>> queues, const std::string& token,
                       std::optional<int> max_results) {
  if (max_results && (*max_results < 1 || *max_results > kResultsMax)) {
    return Error::invalid_parameter(std::to_string(*max_results), "MaxResults",
                                    "MaxResults must be an integer between 1 and 1000.");
  }
  Page page{std::move(queues), {}};
  if (!token.empty()) {
    const auto after = base64_decode(token);
    if (!after || !after->starts_with(kTokenPrefix)) {
      return Error::invalid_parameter(token, "NextToken", "Invalid pagination token.");
    }
    const auto last = after->substr(kTokenPrefix.size());
    std::erase_if(page.queues, [&](const auto& queue) { return queue->name().name <= last; });
  }
  const std::size_t size = max_results.value_or(kResultsMax);
  if (page.queues.size() > size) {
    page.queues.resize(size);
    if (max_results) {
      page.next_token = base64_encode(std::string(kTokenPrefix) + page.queues.back()->name().name);
    }
  }
  return page;
}

}  // namespace squire::sqs
