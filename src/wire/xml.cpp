#include "squire/wire/xml.hpp"

namespace squire::wire {

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
      default:
        if (static_cast<unsigned char>(text[i]) < 0x20) replace(i, 1, "\xef\xbf\xbd");
    }
  }
  out.append(text, run);
}

}  // namespace squire::wire
