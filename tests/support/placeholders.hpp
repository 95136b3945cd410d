// What may stand between {{ and }} in a scene.
//   {{name}}       on first use in an answer: takes what stands there; later: the same text again
//   {{*}}          any text
//   {{*:kind}}     any text of a kind, {{name:kind}} likewise; kinds: uuid, digits, handle
//   {{x*1024}}     the text x, 1024 times
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace squire::test {

class Placeholders {
 public:
  // `text` with all that is known in place; `escape` is applied to each value put in.
  template <typename Escape>
  std::string fill(std::string_view text, Escape escape) const {
    std::string result;
    for (const Piece& piece : split(text)) {
      if (!piece.is_placeholder) {
        result += piece.text;
      } else if (const auto value = known(piece.text)) {
        result += escape(*value);
      } else {
        result += "{{" + piece.text + "}}";
      }
    }
    return result;
  }

  std::string fill(std::string_view text) const {
    return fill(text, [](const std::string& value) { return value; });
  }

  // Whether `actual` is what `pattern` says; remembers the names used for the first time.
  bool match(std::string_view pattern, std::string_view actual) {
    const std::vector<Piece> pieces = split(fill(pattern));
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (!pieces[i].is_placeholder) {
        if (!actual.starts_with(pieces[i].text)) return false;
        actual.remove_prefix(pieces[i].text.size());
        continue;
      }
      const std::size_t length = i + 1 == pieces.size()   ? actual.size()
                                 : i + 2 == pieces.size() ? actual.rfind(pieces[i + 1].text)
                                                          : actual.find(pieces[i + 1].text);
      if (length == std::string_view::npos) return false;
      if (!take(pieces[i].text, actual.substr(0, length))) return false;
      actual.remove_prefix(length);
    }
    return actual.empty();
  }

  bool is_anything(std::string_view pattern) const { return pattern == "{{*}}"; }

 private:
  struct Piece {
    bool is_placeholder;
    std::string text;
  };

  // Literal text and placeholders in turn.
  static std::vector<Piece> split(std::string_view text) {
    std::vector<Piece> pieces;
    while (!text.empty()) {
      const auto open = text.find("{{");
      const auto close = open == std::string_view::npos ? open : text.find("}}", open);
      if (close == std::string_view::npos) {
        pieces.push_back({false, std::string(text)});
        break;
      }
      if (open > 0) pieces.push_back({false, std::string(text.substr(0, open))});
      pieces.push_back({true, std::string(text.substr(open + 2, close - open - 2))});
      text.remove_prefix(close + 2);
    }
    return pieces;
  }

  std::optional<std::string> known(const std::string& placeholder) const {
    const auto star = placeholder.rfind('*');
    if (star != std::string::npos && star > 0 && star + 1 < placeholder.size()) {
      std::string repeated;
      const int count = std::atoi(placeholder.c_str() + star + 1);
      for (int i = 0; i < count; ++i) repeated += placeholder.substr(0, star);
      return repeated;
    }
    const auto found = values_.find(placeholder.substr(0, placeholder.find(':')));
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

  bool take(const std::string& placeholder, std::string_view value) {
    const auto colon = placeholder.find(':');
    if (colon != std::string::npos && !is_kind(placeholder.substr(colon + 1), value)) return false;
    if (!placeholder.starts_with('*')) values_.emplace(placeholder.substr(0, colon), value);
    return true;
  }

  static bool is_kind(std::string_view kind, std::string_view value) {
    const auto all = [](std::string_view text, auto allowed) {
      return std::all_of(text.begin(), text.end(), [&](unsigned char c) { return allowed(c); });
    };
    if (kind == "digits") {
      return !value.empty() && all(value, [](unsigned char c) { return std::isdigit(c); });
    }
    if (kind == "handle") {
      return !value.empty() && value.size() <= 1024 && all(value, [](unsigned char c) {
        return std::isalnum(c) || std::string_view("+/=-_").find(c) != std::string_view::npos;
      });
    }
    return kind == "uuid" && is_uuid(value);
  }

  static bool is_uuid(std::string_view value) {
    constexpr std::string_view shape = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    return value.size() == shape.size() &&
           std::equal(shape.begin(), shape.end(), value.begin(), [](char want, char is) {
             if (want == 'x') return std::isdigit(is) || (is >= 'a' && is <= 'f');
             if (want == 'y') return is == '8' || is == '9' || is == 'a' || is == 'b';
             return want == is;
           });
  }

  std::map<std::string, std::string> values_;
};

}  // namespace squire::test
