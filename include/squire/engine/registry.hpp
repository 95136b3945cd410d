#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/mutex.hpp"
#include "squire/engine/env.hpp"
#include "squire/engine/store.hpp"

namespace squire::engine {

// One of the things of SNS that are no more than a name and attributes.
struct RegistryRow {
  static constexpr RowTraits kRow{.table = "registry", .noun = "registry entry"};

  enum class Kind : std::uint8_t {
    PlatformApplication,  // by ARN
    PlatformEndpoint,     // by ARN
    SmsAccount,           // by account and region
    SandboxNumber,        // by account, region and number
    OptedOutNumber,       // likewise
    SigningKey            // one, ""
  };

  Kind kind = Kind::PlatformApplication;
  std::string key;
  StringMap attributes;

  template <typename Columns, typename Self>
  static void columns(Columns& c, Self& row) {
    c.key("kind", row.kind, Kind::SigningKey);
    c.key("key", row.key);
    c("attributes", row.attributes);
  }
  std::string fault() const;
};

// The things of SNS that are no more than a name and attributes (RegistryRow::Kind): platform
// applications and their endpoints, SMS settings and numbers, the signing key.
// Thread-safe; its mutex is a leaf but for the journal's.
class Registry final : public StoreOf<Registry, RegistryRow> {
 public:
  using Kind = RegistryRow::Kind;
  using Entry = std::pair<std::string, StringMap>;  // key, attributes

  // `env` outlives the registry.
  explicit Registry(const Env& env) : env_(env) {}

  std::optional<StringMap> find(Kind kind, std::string_view key) const;
  // Rises with every change, so that who keeps what it made of an entry sees whether that still
  // holds. Takes no lock.
  std::uint64_t edition() const { return edition_; }
  // Those whose key begins with `prefix`, by key.
  std::vector<Entry> list(Kind kind, std::string_view prefix) const;

  // Calls edit(attributes) under no lock, with null if there is no entry of that key; it returns
  // Result<StringMap>, the attributes from now on. If somebody else's edit came first, it is called
  // again with what that left.
  template <typename Edit>
  Result<Ticket> edit(Kind kind, const std::string& key, const Edit& edit);
  // Ticket of what came before if there is none.
  Ticket remove(Kind kind, const std::string& key);

  using Store::restore;
  void restore(RegistryRow&& row);
  void walk(const Journal::Apply& apply) const override;
  // All but the signing key, if `account` is empty.
  std::size_t clear(std::string_view account) override;
  void drop_all() override;

 private:
  // Nothing if the entry is no longer `before`.
  std::optional<Ticket> replace(Kind kind, const std::string& key,
                                const std::optional<StringMap>& before, StringMap after);

  const Env& env_;
  std::atomic<std::uint64_t> edition_ = 0;
  mutable Mutex mutex_{LockRank::Registry};
  std::map<std::pair<Kind, std::string>, StringMap> entries_ GUARDED_BY(mutex_);
};

template <typename Edit>
Result<Ticket> Registry::edit(Kind kind, const std::string& key, const Edit& edit) {
  for (;;) {
    const auto before = find(kind, key);
    SQUIRE_TRY(StringMap after, edit(before ? &*before : nullptr));
    if (const auto ticket = replace(kind, key, before, std::move(after))) return *ticket;
  }
}

}  // namespace squire::engine
