#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "squire/core/clock.hpp"
#include "squire/engine/record.hpp"

namespace squire::engine {

// How long an ArchivePolicy ({"MessageRetentionPeriod":"30"}, in days) keeps messages; nothing if
// it does not say ("{}", ""), or not so that it can be read.
std::optional<std::chrono::days> parse_archive_policy(std::string_view json);

// A topic's attributes as the engine needs them. The strings were checked when they were set (sns);
// what is absent or cannot be read has its default.
struct TopicSettings {
  explicit TopicSettings(const StringMap& attributes);

  std::string display_name;
  int signature_version = 1;
  bool deduplicates_by_content = false;
  bool deduplicates_by_group = false;             // FifoThroughputScope MessageGroup
  std::optional<Milliseconds> archive_retention;  // nothing: no archive
  std::shared_ptr<const std::string> policy;      // as it was set; null: the default one
};

}  // namespace squire::engine
