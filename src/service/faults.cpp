#include "squire/service/faults.hpp"

#include <algorithm>
#include <array>

#include "squire/core/ascii.hpp"

namespace squire::service {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Fault::Effect::kCount)> kNames = {
    "throttle", "error", "delay", "dropBefore", "dropAfter", "duplicate", "reorder", "partial"};

bool is_name_character(char c) {
  return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
}

// Whether the text names the resource as URLs and ARNs do, escaped or not: behind a slash or colon.
bool names(std::string_view text, std::string_view resource) {
  for (auto at = text.find(resource); at != text.npos; at = text.find(resource, at + 1)) {
    const auto before = text.substr(0, at);
    const auto after = text.substr(at + resource.size());
    const bool begins = before.ends_with('/') || before.ends_with(':') || before.ends_with('"') ||
                        before.ends_with("%2F") || before.ends_with("%3A") ||
                        before.ends_with("%2f") || before.ends_with("%3a");
    if (begins && (after.empty() || !is_name_character(after.front()))) return true;
  }
  return false;
}

bool concerns(const Fault& fault, std::string_view action,
              const std::vector<std::string_view>& request) {
  if (!fault.action.empty() && fault.action != action) return false;
  return fault.resource.empty() || std::any_of(request.begin(), request.end(), [&](auto text) {
           return names(text, fault.resource);
         });
}

}  // namespace

std::string_view effect_name(Fault::Effect effect) {
  return kNames[static_cast<std::size_t>(effect)];
}

std::optional<Fault::Effect> find_effect(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<Fault::Effect>(at - kNames.begin());
}

std::optional<Fault> Faults::add(Fault fault) {
  Lock lock(mutex_);
  if (rules_.size() == kMax) return std::nullopt;
  fault.id = ++last_id_;
  rules_.push_back({fault, std::mt19937_64(fault.seed)});
  return fault;
}

bool Faults::remove(std::uint64_t id) {
  Lock lock(mutex_);
  return std::erase_if(rules_, [&](const Rule& rule) { return rule.fault.id == id; }) > 0;
}

void Faults::clear() {
  Lock lock(mutex_);
  rules_.clear();
}

std::vector<Fault> Faults::list() const {
  std::vector<Fault> all;
  Lock lock(mutex_);
  for (const auto& rule : rules_) all.push_back(rule.fault);
  return all;
}

std::optional<Fault> Faults::strike(std::string_view action,
                                    const std::vector<std::string_view>& request) {
  Lock lock(mutex_);
  for (auto& [fault, dice] : rules_) {
    if (fault.count == 0 || !concerns(fault, action, request)) continue;
    if (std::uniform_real_distribution<double>()(dice) >= fault.probability) continue;
    if (fault.count) --*fault.count;
    ++fault.hits;
    Fault hit = fault;
    hit.seed = dice();
    return hit;
  }
  return std::nullopt;
}

}  // namespace squire::service
