#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "squire/core/text.hpp"

namespace squire::service {

// One page of a list. The token names the last key seen, so that pages stay right while things come
// and go.
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next_token;  // empty on the last page
};

// The key behind a token; nothing if the token is none of ours.
inline std::optional<std::string> read_page_token(const std::string& token) {
  constexpr std::string_view kPrefix = "after:";
  const auto text = base64_decode(token);
  if (!text || !text->starts_with(kPrefix)) return std::nullopt;
  return text->substr(kPrefix.size());
}

// The `size` items behind the token's (empty: from the first one on). They are sorted by
// key_of(item), a string. Nothing if the token is none of ours.
template <typename T, typename KeyOf>
std::optional<Page<T>> take_page(std::vector<T> items, KeyOf&& key_of, const std::string& token,
                                 std::size_t size) {
  if (!token.empty()) {
    const auto last = read_page_token(token);
    if (!last) return std::nullopt;
    items.erase(items.begin(), std::partition_point(items.begin(), items.end(), [&](const T& item) {
                  return key_of(item) <= *last;
                }));
  }
  Page<T> page{std::move(items), {}};
  if (page.items.size() > size) {
    page.items.erase(page.items.begin() + static_cast<std::ptrdiff_t>(size), page.items.end());
    page.next_token = base64_encode("after:" + std::string(key_of(page.items.back())));
  }
  return page;
}

}  // namespace squire::service
