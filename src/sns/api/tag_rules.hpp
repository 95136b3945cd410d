#pragma once

#include "squire/engine/record.hpp"
#include "squire/sns/topic_actions.hpp"

namespace squire::sns {

// The tags as a map; InvalidParameter for a key that is given twice or a text that cannot be one.
Result<engine::StringMap> check_tags(const Tags& tags);

inline constexpr std::size_t kTagsMax = 50;

}  // namespace squire::sns
