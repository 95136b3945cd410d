#include "squire/wire/path_template.hpp"

#include <algorithm>

#include "squire/core/text.hpp"
#include "squire/core/url.hpp"

namespace squire::wire {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  std::vector<std::string_view> segments;
  while (true) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

PathTemplate::PathTemplate(std::string_view text) {
  for (auto segment : split(text)) {
    if (!segment.starts_with('{')) {
      segments_.push_back({Kind::Literal, segment});
    } else if (segment.ends_with("+}")) {
      segments_.push_back({Kind::Greedy, segment.substr(1, segment.size() - 3)});
    } else {
      segments_.push_back({Kind::Label, segment.substr(1, segment.size() - 2)});
    }
  }
}

std::optional<PathLabels> PathTemplate::match(std::string_view path) const {
  const auto given = split(path);
  if (given.size() < segments_.size()) return std::nullopt;
  // The one greedy label that a template may have takes all that the others leave.
  const std::size_t surplus = given.size() - segments_.size();
  PathLabels labels;
  auto at = given.begin();
  bool is_greedy = false;
  for (const auto& [kind, text] : segments_) {
    const auto first = at++;
    if (kind == Kind::Literal) {
      if (*first != text) return std::nullopt;
      continue;
    }
    if (kind == Kind::Greedy) {
      is_greedy = true;
      at += static_cast<std::ptrdiff_t>(surplus);
    }
    const auto last = at - 1;
    auto value = percent_decode({first->data(), last->data() + last->size()});
    if (!value || value->empty() || !is_utf8(*value)) return std::nullopt;
    labels.emplace_back(text, *std::move(value));
  }
  if (surplus > 0 && !is_greedy) return std::nullopt;
  return labels;
}

bool PathTemplate::is_stricter_than(const PathTemplate& other) const {
  return segments_ < other.segments_;
}

}  // namespace squire::wire
