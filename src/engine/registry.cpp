#include "squire/engine/registry.hpp"

#include <exception>

#include "squire/core/signing_key.hpp"
#include "squire/core/text.hpp"

namespace squire::engine {
namespace {

bool is_signing_key(const StringMap& attributes) {
  const auto key = attributes.find("PrivateKey");
  const auto certificate = attributes.find("Certificate");
  if (key == attributes.end() || certificate == attributes.end()) return false;
  try {
    const SigningKey made(key->second, certificate->second);
    made.sign("can it", SigningKey::Hash::Sha256);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

std::string RegistryRow::fault() const {
  if (kind == Kind::SigningKey && key.empty() && !is_signing_key(attributes)) {
    return "a signing key that is none";
  }
  if (kind == Kind::SandboxNumber) {
    const auto changed_at = attributes.find("ChangedAt");
    if (changed_at == attributes.end() || !attributes.contains("Status")) {
      return "a number of the SMS sandbox without a status";
    }
    const auto time = parse_integer(changed_at->second);
    if (!time || !to_time(*time)) return kImpossibleTime;
  }
  return {};
}

std::optional<StringMap> Registry::find(Kind kind, std::string_view key) const {
  Lock lock(mutex_);
  const auto at = entries_.find({kind, std::string(key)});
  if (at == entries_.end()) return std::nullopt;
  return at->second;
}

std::vector<Registry::Entry> Registry::list(Kind kind, std::string_view prefix) const {
  Lock lock(mutex_);
  std::vector<Entry> found;
  for (auto at = entries_.lower_bound({kind, std::string(prefix)});
       at != entries_.end() && at->first.first == kind && at->first.second.starts_with(prefix);
       ++at) {
    found.emplace_back(at->first.second, at->second);
  }
  return found;
}

std::optional<Ticket> Registry::replace(Kind kind, const std::string& key,
                                        const std::optional<StringMap>& before, StringMap after) {
  Lock lock(mutex_);
  const auto at = entries_.find({kind, key});
  const bool is_there = at != entries_.end();
  if (is_there != before.has_value() || (is_there && at->second != *before)) return std::nullopt;
  entries_[{kind, key}] = after;
  ++edition_;
  return env_.journal.append(RegistryRow{kind, key, std::move(after)});
}

Ticket Registry::remove(Kind kind, const std::string& key) {
  Lock lock(mutex_);
  if (entries_.erase({kind, key}) == 0) return env_.journal.last_ticket();
  ++edition_;
  return env_.journal.append(gone(RegistryRow{kind, key, {}}));
}

std::size_t Registry::clear(std::string_view account) {
  const std::string in_arn = ":" + std::string(account) + ":";
  Lock lock(mutex_);
  const auto count_before = entries_.size();
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto& [kind, key] = at->first;
    const bool is_meant = account.empty()
                              ? kind != Kind::SigningKey
                              : key.starts_with(account) || key.find(in_arn) != key.npos;
    if (is_meant) env_.journal.append(gone(RegistryRow{kind, key, {}}));
    at = is_meant ? entries_.erase(at) : std::next(at);
  }
  ++edition_;
  return count_before - entries_.size();
}

void Registry::restore(RegistryRow&& row) {
  Lock lock(mutex_);
  entries_[{row.kind, std::move(row.key)}] = std::move(row.attributes);
  ++edition_;
}

void Registry::walk(const Journal::Apply& apply) const {
  Lock lock(mutex_);
  for (const auto& [name, attributes] : entries_) {
    apply(RegistryRow{name.first, name.second, attributes});
  }
}

void Registry::drop_all() {
  Lock lock(mutex_);
  entries_.clear();
  ++edition_;
}

}  // namespace squire::engine
