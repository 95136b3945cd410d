// Rows that describe themselves. What is kept of one thing is a struct that tells, once, the name
// of its table and its columns; storing, loading, checking, describing and comparing follow from
// that.
//
//   struct ReplayRow {
//     static constexpr RowTraits kRow{.table = "replay", .noun = "replay"};
//
//     template <typename Columns, typename Self>
//     static void columns(Columns& c, Self& row) {
//       c.key("subscription", row.subscription);
//       c.owner("topic", row.topic);
//       c("status", row.status, Status::Failed);
//       c("next_sequence", row.next_sequence);
//     }
//
// A column's member is an integer, bool, enum (with its last value), string, TimePoint, Uuid,
// StringMap, MessageAttributes, std::optional<int>, or, by arn(), a ResourceName. A key is one
// column or several, the first ones. Tables are made from the columns, so those of a kind that was
// released never change.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "squire/core/arn.hpp"
#include "squire/core/clock.hpp"
#include "squire/core/ids.hpp"
#include "squire/engine/message.hpp"

namespace squire::engine {

using StringMap = std::map<std::string, std::string, std::less<>>;

inline constexpr const char* kImpossibleTime = "a time of before 1970 or after 9999";

enum class ColumnType : std::uint8_t { Integer, Text, Id, Map, Attributes };

struct Column {
  // What an integer has to do with the numbers of queues and topics.
  enum class Number : std::uint8_t {
    None,
    Own,   // the row is that queue or topic
    Owner  // the row goes with that queue or topic
  };

  std::string_view name;
  ColumnType type = ColumnType::Integer;
  bool is_key = false;
  bool is_time = false;
  Number number = Number::None;
  std::optional<std::int64_t> last = std::nullopt;  // the greatest value of an enum
};

// Takes the values of a row, column by column.
class ColumnWriter {
 public:
  virtual ~ColumnWriter() = default;
  virtual void integer(const Column& column, std::optional<std::int64_t> value) = 0;
  virtual void text(const Column& column, std::string_view value) = 0;
  virtual void id(const Column& column, const Uuid& value) = 0;
  virtual void map(const Column& column, const StringMap& value) = 0;
  virtual void attributes(const Column& column, const MessageAttributes& value) = 0;
};

// Gives the values of a row, column by column; throws if one is damaged.
class ColumnReader {
 public:
  virtual ~ColumnReader() = default;
  virtual std::optional<std::int64_t> integer(const Column& column) = 0;
  virtual std::string text(const Column& column) = 0;
  virtual Uuid id(const Column& column) = 0;
  virtual StringMap map(const Column& column) = 0;
  virtual MessageAttributes attributes(const Column& column) = 0;
  // Throws: the column holds none of its values.
  [[noreturn]] virtual void refuse(const Column& column) = 0;
};

enum class RowOrder : std::uint8_t { ByKey, AsMade };

struct RowTraits {
  const char* table;
  const char* noun;                  // of one row, for people
  RowOrder order = RowOrder::ByKey;  // when they are loaded
  bool is_before_messages = false;   // likewise: messages hang on it
  // Whether a key may come again after its row is gone. If none does, a row may go before anything
  // else that is to be written, which makes room on a full disk.
  bool reuses_keys = true;
  int since = 1;  // the schema that has it first; those before 5 are written out
};

class Row;

// One for each kind, for the life of the process: the address tells kinds apart.
struct RowKind : RowTraits {
  std::vector<Column> columns;
  std::unique_ptr<Row> (*make)() = nullptr;  // an empty one
};

// All kinds of rows there are, in the order in which they are loaded.
using RowKinds = std::vector<const RowKind*>;

// One row of any kind. A value: whoever holds it owns it.
class Row {
 public:
  virtual ~Row() = default;

  virtual const RowKind& kind() const = 0;
  virtual std::unique_ptr<Row> clone() const = 0;
  virtual void write(ColumnWriter& to) const = 0;
  virtual void read(ColumnReader& from) = 0;
  // What is wrong with it that no squire has written, as "a replay of no status"; empty: nothing.
  virtual std::string fault() const = 0;

  void write_key(ColumnWriter& to) const;
  // The number of the queue or topic that it is, or goes with.
  std::optional<std::uint32_t> number(Column::Number which) const;
  // As "queue number 5": its noun and its key.
  std::string describe() const;
};

namespace rows {

template <typename T>
constexpr ColumnType type_of() {
  if constexpr (std::is_same_v<T, std::string>) return ColumnType::Text;
  if constexpr (std::is_same_v<T, Uuid>) return ColumnType::Id;
  if constexpr (std::is_same_v<T, StringMap>) return ColumnType::Map;
  if constexpr (std::is_same_v<T, MessageAttributes>) return ColumnType::Attributes;
  return ColumnType::Integer;
}

// A ResourceName, perhaps of nothing, that is kept as its ARN.
template <typename Name>
struct Arn {
  std::string_view service;
  Name& name;
};

// What columns() calls. The visitor gets take(Column, member) for each.
template <typename Visitor>
class Columns {
 public:
  template <typename T>
  void key(std::string_view name, T& member) {
    take({.name = name, .type = type_of<std::remove_const_t<T>>(), .is_key = true}, member);
  }
  template <typename T>
  void key(std::string_view name, T& member, std::remove_const_t<T> last) {
    take({.name = name, .is_key = true, .last = static_cast<std::int64_t>(last)}, member);
  }
  // The key, which is the number of this queue or topic.
  template <typename T>
  void number(std::string_view name, T& member) {
    take({.name = name, .is_key = true, .number = Column::Number::Own}, member);
  }
  template <typename T>
  void owner(std::string_view name, T& member) {
    take({.name = name, .number = Column::Number::Owner}, member);
  }
  // A queue or topic has one such row.
  template <typename T>
  void owner_and_key(std::string_view name, T& member) {
    take({.name = name, .is_key = true, .number = Column::Number::Owner}, member);
  }
  template <typename Name>
  void arn(std::string_view name, std::string_view service, Name& member) {
    take({.name = name, .type = ColumnType::Text}, Arn<Name>{service, member});
  }
  template <typename T>
  void operator()(std::string_view name, T& member) {
    using Value = std::remove_const_t<T>;
    static_assert(!std::is_enum_v<Value>, "an enum needs its last value");
    take({.name = name, .type = type_of<Value>(), .is_time = std::is_same_v<Value, TimePoint>},
         member);
  }
  template <typename T>
  void operator()(std::string_view name, T& member, std::remove_const_t<T> last) {
    take({.name = name, .last = static_cast<std::int64_t>(last)}, member);
  }

 private:
  template <typename Member>
  void take(const Column& column, Member&& member) {
    static_cast<Visitor&>(*this).take(column, member);
  }
};

struct Collect : Columns<Collect> {
  template <typename Member>
  void take(const Column& column, const Member&) {
    columns.push_back(column);
  }
  std::vector<Column> columns;
};

struct Write : Columns<Write> {
  explicit Write(ColumnWriter& to) : to(to) {}

  template <typename Member>
  void take(const Column& column, const Member& member) {
    if constexpr (std::is_same_v<Member, std::string>) {
      to.text(column, member);
    } else if constexpr (std::is_same_v<Member, Uuid>) {
      to.id(column, member);
    } else if constexpr (std::is_same_v<Member, StringMap>) {
      to.map(column, member);
    } else if constexpr (std::is_same_v<Member, MessageAttributes>) {
      to.attributes(column, member);
    } else if constexpr (std::is_same_v<Member, TimePoint>) {
      to.integer(column, member.time_since_epoch().count());
    } else if constexpr (std::is_same_v<Member, std::optional<int>>) {
      to.integer(column, member ? std::optional<std::int64_t>(*member) : std::nullopt);
    } else {
      to.integer(column, static_cast<std::int64_t>(member));
    }
  }
  void take(const Column& column, const Arn<const ResourceName>& arn) {
    to.text(column, to_arn(arn.service, arn.name));
  }
  void take(const Column& column, const Arn<const std::optional<ResourceName>>& arn) {
    to.text(column, arn.name ? to_arn(arn.service, *arn.name) : "");
  }

  ColumnWriter& to;
};

struct Read : Columns<Read> {
  explicit Read(ColumnReader& from) : from(from) {}

  template <typename Member>
  void take(const Column& column, Member& member) {
    if constexpr (std::is_same_v<Member, std::string>) {
      member = from.text(column);
    } else if constexpr (std::is_same_v<Member, Uuid>) {
      member = from.id(column);
    } else if constexpr (std::is_same_v<Member, StringMap>) {
      member = from.map(column);
    } else if constexpr (std::is_same_v<Member, MessageAttributes>) {
      member = from.attributes(column);
    } else if constexpr (std::is_same_v<Member, TimePoint>) {
      member = TimePoint(Milliseconds(from.integer(column).value_or(0)));
    } else if constexpr (std::is_same_v<Member, std::optional<int>>) {
      const auto value = from.integer(column);
      member = value ? std::optional(static_cast<int>(*value)) : std::nullopt;
    } else {
      const auto value = from.integer(column).value_or(0);
      member = static_cast<Member>(value);
      // An enum of one byte could not hold it, to be found at fault.
      if (std::is_enum_v<Member> && static_cast<std::int64_t>(member) != value) from.refuse(column);
    }
  }
  void take(const Column& column, Arn<ResourceName>& arn) {
    auto name = parse_arn(arn.service, from.text(column));
    if (!name) from.refuse(column);
    arn.name = *std::move(name);
  }
  void take(const Column& column, Arn<std::optional<ResourceName>>& arn) {
    const auto text = from.text(column);
    if (text.empty()) return;
    arn.name = parse_arn(arn.service, text);
    if (!arn.name) from.refuse(column);
  }

  ColumnReader& from;
};

// What each column that holds what it cannot is called.
std::string find_fault(const Row& row);

template <typename T>
concept Described = requires {
  T::kRow;
};

template <typename T>
concept CheckedOnItsOwn = requires(const T& row) {
  { row.fault() } -> std::convertible_to<std::string>;
};

}  // namespace rows

template <rows::Described T>
const RowKind& kind_of();

// A row of the kind T. T may have a fault() of its own, for what its columns do not tell.
template <rows::Described T>
class RowOf final : public Row {
 public:
  explicit RowOf(T row) : value(std::move(row)) {}

  const RowKind& kind() const override { return kind_of<T>(); }
  std::unique_ptr<Row> clone() const override { return std::make_unique<RowOf>(value); }
  void write(ColumnWriter& to) const override {
    rows::Write visitor(to);
    T::columns(visitor, value);
  }
  void read(ColumnReader& from) override {
    rows::Read visitor(from);
    T::columns(visitor, value);
  }
  std::string fault() const override {
    auto fault = rows::find_fault(*this);
    if constexpr (rows::CheckedOnItsOwn<T>) {
      if (fault.empty()) fault = value.fault();
    }
    return fault;
  }

  T value;
};

template <rows::Described T>
const RowKind& kind_of() {
  static const RowKind kKind = [] {
    rows::Collect visitor;
    const T none{};
    T::columns(visitor, none);
    return RowKind{T::kRow, std::move(visitor.columns),
                   []() -> std::unique_ptr<Row> { return std::make_unique<RowOf<T>>(T{}); }};
  }();
  return kKind;
}

// The row, if it is of that kind; else null.
template <rows::Described T>
const T* row_cast(const Row& row) {
  return &row.kind() == &kind_of<T>() ? &static_cast<const RowOf<T>&>(row).value : nullptr;
}
template <rows::Described T>
T* row_cast(Row& row) {
  return &row.kind() == &kind_of<T>() ? &static_cast<RowOf<T>&>(row).value : nullptr;
}

// Put: there is this row, instead of the one with the same key if there is one.
struct RowPut {
  template <rows::Described T>
  RowPut(T value) : row(std::make_unique<RowOf<T>>(std::move(value))) {}  // NOLINT: as any record
  explicit RowPut(std::unique_ptr<Row> row) : row(std::move(row)) {}

  std::unique_ptr<Row> row;
};

// Gone: the row with this key; nothing but the key is looked at.
struct RowGone {
  std::unique_ptr<Row> key;
};

template <rows::Described T>
RowGone gone(T key) {
  return {std::make_unique<RowOf<T>>(std::move(key))};
}
// As gone(&ReplayRow::subscription, id), of a key of one column.
template <rows::Described T, typename Key>
RowGone gone(Key T::*column, const std::type_identity_t<Key>& key) {
  T row{};
  row.*column = key;
  return gone(std::move(row));
}

}  // namespace squire::engine
