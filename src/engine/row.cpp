#include "squire/engine/row.hpp"

namespace squire::engine {
namespace {

// For those who want some of the columns alone.
class ColumnFilter : public ColumnWriter {
 public:
  void integer(const Column&, std::optional<std::int64_t>) override {}
  void text(const Column&, std::string_view) override {}
  void id(const Column&, const Uuid&) override {}
  void map(const Column&, const StringMap&) override {}
  void attributes(const Column&, const MessageAttributes&) override {}
};

class KeyWriter final : public ColumnWriter {
 public:
  explicit KeyWriter(ColumnWriter& to) : to_(to) {}

  void integer(const Column& column, std::optional<std::int64_t> value) override {
    if (column.is_key) to_.integer(column, value);
  }
  void text(const Column& column, std::string_view value) override {
    if (column.is_key) to_.text(column, value);
  }
  void id(const Column& column, const Uuid& value) override {
    if (column.is_key) to_.id(column, value);
  }
  void map(const Column&, const StringMap&) override {}
  void attributes(const Column&, const MessageAttributes&) override {}

 private:
  ColumnWriter& to_;
};

class NumberFinder final : public ColumnFilter {
 public:
  explicit NumberFinder(Column::Number which) : which_(which) {}

  void integer(const Column& column, std::optional<std::int64_t> value) override {
    if (column.number == which_) found = static_cast<std::uint32_t>(value.value_or(0));
  }

  std::optional<std::uint32_t> found;

 private:
  const Column::Number which_;
};

class Description final : public ColumnFilter {
 public:
  explicit Description(const char* noun) : text_(noun) {}

  void integer(const Column& column, std::optional<std::int64_t> value) override {
    if (column.is_key) text_ += " number " + std::to_string(value.value_or(0));
  }
  void text(const Column& column, std::string_view value) override {
    if (column.is_key) (text_ += ' ') += value;
  }
  void id(const Column& column, const Uuid& value) override {
    if (column.is_key) text_ += ' ' + to_string(value);
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string with_article(std::string_view noun) {
  const bool is_vowel = std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (is_vowel ? "an " : "a ") + std::string(noun);
}

class FaultFinder final : public ColumnFilter {
 public:
  explicit FaultFinder(const char* noun) : noun_(noun) {}

  void integer(const Column& column, std::optional<std::int64_t> value) override {
    const auto number = value.value_or(0);
    if (column.last && (number < 0 || number > *column.last)) {
      fault = with_article(noun_) + " of no " + std::string(column.name);
    } else if (column.is_time && !to_time(number)) {
      fault = kImpossibleTime;
    }
  }

  std::string fault;

 private:
  const char* const noun_;
};

}  // namespace

void Row::write_key(ColumnWriter& to) const {
  KeyWriter keys(to);
  write(keys);
}

std::optional<std::uint32_t> Row::number(Column::Number which) const {
  NumberFinder finder(which);
  write(finder);
  return finder.found;
}

std::string Row::describe() const {
  Description description(kind().noun);
  write(description);
  return description.take();
}

std::string rows::find_fault(const Row& row) {
  FaultFinder finder(row.kind().noun);
  row.write(finder);
  return std::move(finder.fault);
}

}  // namespace squire::engine
