#include "squire/service/request_path.hpp"

#include <algorithm>
#include <array>

#include "squire/core/arn.hpp"
#include "squire/core/ascii.hpp"

namespace squire::service {
namespace {

constexpr std::string_view kQueue = "queue";

// "2015-03-31", as APIs of AWS begin their paths.
bool is_date_like(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  return std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(), [](char c, char form) {
    return form == 'd' ? c >= '0' && c <= '9' : c == form;
  });
}

// Takes the last segment away; empty if there is none.
std::string_view take_last(std::string_view& path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const auto slash = path.rfind('/');
  const auto begin = slash == std::string_view::npos ? 0 : slash + 1;
  const auto segment = path.substr(begin);
  path.remove_suffix(segment.size());
  return segment;
}

}  // namespace

RequestTarget split_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto end = target.find_first_of("/?", scheme.size());
    target = end == std::string_view::npos ? "/" : target.substr(end);
    break;
  }
  const auto question = std::min(target.find('?'), target.size());
  return {target.substr(0, question), target.substr(std::min(question + 1, target.size()))};
}

bool is_host(std::string_view text) {
  static constexpr auto kAllowed = CharacterSet::visible_but("\"'<>\\/?#&");
  return kAllowed.contains_all(text);
}

std::optional<QueuePath> parse_queue_path(std::string_view path) {
  const bool is_bare = !path.starts_with('/');
  QueuePath queue;
  queue.name = take_last(path);
  if (queue.name.empty()) return std::nullopt;
  const auto owner = take_last(path);
  if (owner.empty()) {
    // What other paths begin with names no queue, if it stands alone.
    const bool is_beginning = queue.name == kQueue || is_account_id(queue.name);
    return is_bare || !is_beginning ? std::optional(queue) : std::nullopt;
  }
  if (owner == kQueue) return queue;
  if (!is_account_id(owner)) return std::nullopt;
  queue.account = owner;
  const auto region = take_last(path);
  if (is_region(region) && take_last(path) == kQueue) queue.region = region;
  return queue;
}

SplitUrl split_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {{}, url};
  const auto end = std::min(url.find('/', scheme + 3), url.size());
  return {url.substr(scheme + 3, end - scheme - 3), url.substr(end)};
}

std::string_view region_of(std::string_view host, std::string_view service) {
  if (host.starts_with(service) && host.substr(service.size()).starts_with('.')) {
    host.remove_prefix(service.size() + 1);
  } else if (!host.substr(std::min(host.find('.'), host.size())).starts_with(".queue.")) {
    return {};
  }
  const auto region = host.substr(0, host.find('.'));
  const bool is_said = is_region(region) && region.find('-') != std::string_view::npos;
  return is_said ? region : std::string_view();
}

bool is_taken(std::string_view segment) {
  static constexpr std::array<std::string_view, 7> kTaken = {
      "favicon.ico", "health", "metrics", "mqtt", "rules", "tags", "topics"};
  return segment.starts_with('_') || is_date_like(segment) ||
         std::find(kTaken.begin(), kTaken.end(), segment) != kTaken.end();
}

}  // namespace squire::service
