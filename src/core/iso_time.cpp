#include "squire/core/iso_time.hpp"

#include <algorithm>

#include "squire/core/text.hpp"

namespace squire {
namespace {

void append_padded(std::string& out, unsigned number, std::size_t width) {
  const auto digits = std::to_string(number);
  out.append(width - std::min(width, digits.size()), '0').append(digits);
}

// `width` digits and the character behind them, taken from the text.
std::optional<unsigned> take_number(std::string_view& text, std::size_t width, char end) {
  if (text.size() <= width || text[width] != end) return std::nullopt;
  const auto digits = text.substr(0, width);
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  text.remove_prefix(width + 1);
  return static_cast<unsigned>(*parse_integer(digits));
}

}  // namespace

std::string to_iso_time(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Milliseconds> clock(time - day);
  std::string text;
  append_padded(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_padded(text += '-', static_cast<unsigned>(date.month()), 2);
  append_padded(text += '-', static_cast<unsigned>(date.day()), 2);
  append_padded(text += 'T', static_cast<unsigned>(clock.hours().count()), 2);
  append_padded(text += ':', static_cast<unsigned>(clock.minutes().count()), 2);
  append_padded(text += ':', static_cast<unsigned>(clock.seconds().count()), 2);
  append_padded(text += '.', static_cast<unsigned>(clock.subseconds().count()), 3);
  return text += 'Z';
}

std::optional<TimePoint> parse_iso_time(std::string_view text) {
  const auto year = take_number(text, 4, '-');
  const auto month = year ? take_number(text, 2, '-') : std::nullopt;
  const auto day = month ? take_number(text, 2, 'T') : std::nullopt;
  const auto hour = day ? take_number(text, 2, ':') : std::nullopt;
  const auto minute = hour ? take_number(text, 2, ':') : std::nullopt;
  if (!minute || !text.ends_with('Z')) return std::nullopt;
  unsigned milliseconds = 0;
  std::optional<unsigned> second;
  if (const auto dot = text.find('.'); dot != std::string_view::npos) {
    second = take_number(text, 2, '.');
    std::string fraction(text.substr(0, text.size() - 1));
    if (!second || fraction.empty() || fraction.size() > 9) return std::nullopt;
    fraction.resize(3, '0');
    std::string_view rest = fraction += 'Z';
    const auto parsed = take_number(rest, 3, 'Z');
    if (!parsed) return std::nullopt;
    milliseconds = *parsed;
  } else {
    second = take_number(text, 2, 'Z');
  }
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day));
  if (!second || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + Seconds(*second) + Milliseconds(milliseconds);
}

}  // namespace squire
