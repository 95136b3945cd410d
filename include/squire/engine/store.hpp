#pragma once

#include <string_view>

#include "squire/engine/journal.hpp"

namespace squire::engine {

// Whoever owns rows of some kinds: gets them back at a start, shows them to an export, forgets them
// when told to. The broker owns the stores (Broker::add) and calls them without locks; everything
// else that a store does is between it and its users.
class Store {
 public:
  virtual ~Store() = default;

  // The kinds of its rows.
  virtual RowKinds kinds() const = 0;

  // A row of one of its kinds, read from the journal at a start or an import; may be moved from.
  // Throws if there cannot be such a row: it is set aside then.
  virtual void restore(Row& row) = 0;
  // All rows, those of all stores, have been restored.
  virtual void begin_life() {}

  // Calls `apply` with every row (Record), while nothing changes.
  virtual void walk(const Journal::Apply& apply) const = 0;

  // Deletes what belongs to the account, or everything if it is empty. How many things ended that a
  // client has made by name.
  virtual std::size_t clear(std::string_view account) = 0;
  // Everything is gone, and the journal knows already.
  virtual void drop_all() = 0;

  // Housekeeping, about once a second, on one thread, some milliseconds at a time. True: there is
  // more to do.
  virtual bool tick() { return false; }
};

// The kinds that the engine has by itself; services add theirs.
const RowKinds& engine_row_kinds();

// A store of rows of these kinds: `Self` has a restore(Kind&&) for each. What throws before it
// moves from the row lets the log name it whole.
template <typename Self, rows::Described... Kinds>
class StoreOf : public Store {
 public:
  RowKinds kinds() const final { return {&kind_of<Kinds>()...}; }
  void restore(Row& row) final { static_cast<void>((try_restore<Kinds>(row) || ...)); }

 private:
  template <typename Kind>
  bool try_restore(Row& row) {
    auto* value = row_cast<Kind>(row);
    if (value) static_cast<Self&>(*this).restore(std::move(*value));
    return value != nullptr;
  }
};

}  // namespace squire::engine
