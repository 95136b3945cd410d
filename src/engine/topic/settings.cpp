#include "squire/engine/topic/settings.hpp"

#include <nlohmann/json.hpp>

#include "squire/core/text.hpp"

namespace squire::engine {
namespace {

constexpr std::int64_t kArchiveDaysMax = 365;

std::string_view get(const StringMap& attributes, std::string_view name) {
  const auto at = attributes.find(name);
  return at == attributes.end() ? std::string_view() : std::string_view(at->second);
}

}  // namespace

std::optional<std::chrono::days> parse_archive_policy(std::string_view json) {
  const auto policy = nlohmann::json::parse(json, nullptr, false);
  if (!policy.is_object()) return std::nullopt;
  const auto period = policy.find("MessageRetentionPeriod");
  if (period == policy.end()) return std::nullopt;
  const auto days = period->is_string() ? parse_integer(period->get_ref<const std::string&>())
                    : period->is_number_integer() ? std::optional(period->get<std::int64_t>())
                                                  : std::nullopt;
  if (!days || *days < 1 || *days > kArchiveDaysMax) return std::nullopt;
  return std::chrono::days(*days);
}

TopicSettings::TopicSettings(const StringMap& attributes)
    : display_name(get(attributes, "DisplayName")),
      signature_version(get(attributes, "SignatureVersion") == "2" ? 2 : 1),
      deduplicates_by_content(get(attributes, "ContentBasedDeduplication") == "true"),
      deduplicates_by_group(get(attributes, "FifoThroughputScope") == "MessageGroup"),
      archive_retention(parse_archive_policy(get(attributes, "ArchivePolicy"))) {
  const auto text = get(attributes, "Policy");
  if (!text.empty()) policy = std::make_shared<const std::string>(text);
}

}  // namespace squire::engine
