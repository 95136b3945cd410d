#pragma once

#include <string>
#include <utility>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/service/paging.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {

inline constexpr std::size_t kPageSize = 100;

// InvalidParameter for a token that is none of ours.
template <typename T, typename KeyOf>
Result<service::Page<T>> take_page(std::vector<T> items_by_key, KeyOf&& key_of,
                                   const std::string& token, std::size_t size = kPageSize) {
  auto page = service::take_page(std::move(items_by_key), key_of, token, size);
  if (!page) return errors::invalid_parameter("NextToken");
  return *std::move(page);
}

}  // namespace squire::sns
