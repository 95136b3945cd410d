// A small XML reader for tests: elements, attributes, text and the usual references. No DTD, no
// comments, no CDATA, since no answer of the daemon has any.
#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "squire/core/text.hpp"

namespace squire::test {

struct XmlElement {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::vector<XmlElement> children;
  std::string text;  // of an element without children; otherwise empty

  const XmlElement* child(std::string_view wanted) const {
    for (const XmlElement& element : children)
      if (element.name == wanted) return &element;
    return nullptr;
  }
};

// Reads one document; throws std::runtime_error if it is not well-formed.
class XmlReader {
 public:
  static XmlElement read(std::string_view document) {
    XmlReader reader(document);
    reader.skip_space();
    if (reader.rest_.starts_with("<?xml")) {
      reader.until("?>");
      reader.skip_space();
    }
    XmlElement root = reader.element();
    reader.skip_space();
    if (!reader.rest_.empty()) throw std::runtime_error("text after the root element");
    return root;
  }

 private:
  explicit XmlReader(std::string_view document) : rest_(document) {}

  XmlElement element() {
    expect("<");
    XmlElement result;
    result.name = word();
    skip_space();
    while (!rest_.starts_with(">") && !rest_.starts_with("/>")) {
      const std::string name = word();
      expect("=\"");
      result.attributes[name] = decode(until("\""));
      skip_space();
    }
    if (rest_.starts_with("/>")) {
      expect("/>");
      return result;
    }
    expect(">");
    content(result);
    if (word() != result.name) throw std::runtime_error("wrong end tag for " + result.name);
    skip_space();
    expect(">");
    return result;
  }

  // Everything up to and including the "</" of the end tag.
  void content(XmlElement& parent) {
    std::string text;
    for (;;) {
      const auto open = rest_.find('<');
      if (open == std::string_view::npos) throw std::runtime_error("no end of " + parent.name);
      text += decode(rest_.substr(0, open));
      rest_.remove_prefix(open);
      if (rest_.starts_with("</")) break;
      parent.children.push_back(element());
    }
    expect("</");
    if (parent.children.empty()) {
      parent.text = std::move(text);
    } else if (text.find_first_not_of(" \t\r\n") != std::string::npos) {
      throw std::runtime_error("text between the elements of " + parent.name);
    }
  }

  // A line end as such is a line feed; a carriage return survives only as a reference.
  static std::string decode(std::string_view raw) {
    std::string result;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '\r') {
        result += '\n';
        if (i + 1 < raw.size() && raw[i + 1] == '\n') ++i;
      } else if (raw[i] == '&') {
        const auto end = raw.find(';', i);
        if (end == std::string_view::npos) throw std::runtime_error("a bare ampersand");
        reference(raw.substr(i + 1, end - i - 1), result);
        i = end;
      } else if (static_cast<unsigned char>(raw[i]) < 0x20 && raw[i] != '\n' && raw[i] != '\t') {
        throw std::runtime_error("a control character");
      } else {
        result += raw[i];
      }
    }
    return result;
  }

  static void reference(std::string_view name, std::string& out) {
    static const std::map<std::string_view, char> named = {
        {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    if (const auto found = named.find(name); found != named.end()) {
      out += found->second;
      return;
    }
    const bool hex = name.starts_with("#x");
    if (!name.starts_with("#")) throw std::runtime_error("unknown reference");
    const std::string_view digits = name.substr(hex ? 2 : 1);
    std::uint32_t code_point = 0;
    const auto end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, code_point, hex ? 16 : 10);
    if (parsed.ec != std::errc() || parsed.ptr != end) throw std::runtime_error("bad reference");
    append_utf8(out, code_point);
  }

  std::string word() {
    const auto end = rest_.find_first_of(" \t\r\n=/>");
    if (end == 0 || end == std::string_view::npos) throw std::runtime_error("no name");
    std::string result(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return result;
  }

  std::string_view until(std::string_view mark) {
    const auto found = rest_.find(mark);
    if (found == std::string_view::npos) throw std::runtime_error("unexpected end");
    const std::string_view result = rest_.substr(0, found);
    rest_.remove_prefix(found + mark.size());
    return result;
  }

  void expect(std::string_view mark) {
    if (!rest_.starts_with(mark)) throw std::runtime_error("expected " + std::string(mark));
    rest_.remove_prefix(mark.size());
  }

  void skip_space() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  std::string_view rest_;
};

}  // namespace squire::test
