// Seeded random values for round trips through the codecs.
#pragma once

#include <random>
#include <string>

#include "squire/core/text.hpp"
#include "unit/wire/sample.hpp"

namespace squire::test {

class RandomSample {
 public:
  explicit RandomSample(std::uint32_t seed) : random_(seed) {}

  Sample next() {
    Sample sample;
    sample.text = text();
    if (coin()) sample.maybe = text();
    sample.flag = coin();
    sample.number = static_cast<int>(random_());
    sample.big = static_cast<std::int64_t>(random_() | std::uint64_t{random_()} << 32);
    sample.blob.bytes = bytes();
    repeat([&] { sample.flat_list.push_back(text()); });
    repeat([&] { sample.nested_list.push_back(text()); });
    repeat([&] { sample.flat_map[text()] = text(); });
    repeat([&] { sample.nested_map[text()] = text(); });
    repeat([&] { sample.entry_map[text()] = text(); });
    repeat([&] { sample.points[text()] = point(); });
    repeat([&] { sample.path.push_back(point()); });
    if (coin()) sample.origin = point();
    return sample;
  }

  // Of the characters XML can carry, borders of their ranges first of all.
  std::string text() {
    std::string text;
    repeat([&] { append_utf8(text, character()); });
    return text;
  }

 private:
  bool coin() { return random_() % 2 == 0; }

  template <typename F>
  void repeat(F&& f) {
    for (auto count = random_() % 5; count > 0; --count) f();
  }

  std::uint32_t character() {
    static constexpr std::uint32_t kSpecial[] = {
        '"',     '\\',    '/',      '<',   '>',   '&',    '\'',   '\r',   '\n',
        '\t',    0x7f,    0x80,     0x7ff, 0x800, 0x2028, 0xd7ff, 0xe000, 0xfffd,
        0x10000, 0x1f600, 0x10ffff, '+',   '%',   '=',    ';'};
    return coin() ? kSpecial[random_() % std::size(kSpecial)] : 0x20 + random_() % 0x5f;
  }

  std::string bytes() {
    std::string bytes;
    repeat([&] { bytes += static_cast<char>(random_()); });
    return bytes;
  }

  Point point() {
    Point point;
    point.label = text();
    if (coin()) point.x = static_cast<int>(random_());
    point.data.bytes = bytes();
    repeat([&] { point.notes.push_back(text()); });
    return point;
  }

  std::mt19937 random_;
};

}  // namespace squire::test
