#include "squire/wire/xml.hpp"

namespace squire::wire {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

}  // namespace

void write_xml_text(std::string& out, std::string_view text) {
  std::size_t run = 0;
  const auto replace = [&](std::size_t at, std::size_t length, std::string_view with) {
    out.append(text, run, at - run);
    out += with;
    run = at + length;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '&':
        replace(i, 1, "&amp;");
        break;
      case '<':
        replace(i, 1, "&lt;");
        break;
      case '>':
        replace(i, 1, "&gt;");
        break;
      case '"':
        replace(i, 1, "&quot;");
        break;
      case '\r':
        replace(i, 1, "&#xD;");
        break;
      case '\n':
      case '\t':
        break;
      case '\xed':  // surrogates begin with ED, U+FFFE and U+FFFF with EF
      case '\xef':
        if (first_illegal_character(text.substr(i, 3))) replace(i, 3, kReplacement);
        break;
      default:
        if (static_cast<unsigned char>(text[i]) < 0x20) replace(i, 1, kReplacement);
    }
  }
  out.append(text, run);
}

}  // namespace squire::wire
