// Query bodies: every action's request from a form, and from the form that it is written to again.
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/check.hpp"
#include "squire/core/text.hpp"
#include "squire/wire/json.hpp"
#include "squire/wire/query.hpp"

namespace squire::fuzz {
namespace {

using wire::Blob;
using wire::RecordType;

// The opposite of read_query_record(), in the proper spelling of each field.
class FormWriter {
 public:
  template <RecordType T>
  static std::string write(const T& record) {
    FormWriter writer;
    writer.write_record({}, record);
    return std::move(writer.out_);
  }

 private:
  template <RecordType T>
  void write_record(const std::string& prefix, const T& record) {
    wire::for_each_field<T>([&](const auto& field) {
      const auto& value = record.*field.member;
      using Value = std::remove_cvref_t<decltype(value)>;
      const bool is_flat = field.spelling.is_flat;
      std::string name = prefix + std::string(field.query_name());
      std::size_t index = 0;
      if constexpr (wire::kIsVector<Value>) {
        if (!is_flat) name += ".member";
        for (const auto& element : value) write(name + '.' + std::to_string(++index), element);
      } else if constexpr (wire::kIsMap<Value>) {
        if (!is_flat) name += ".entry";
        for (const auto& [key, element] : value) {
          const std::string item = name + '.' + std::to_string(++index) + '.';
          write(item + std::string(field.spelling.key), key);
          write(item + std::string(field.spelling.value), element);
        }
      } else {
        write(name, value);
      }
    });
  }

  template <typename T>
  void write(const std::string& name, const T& value) {
    if constexpr (RecordType<T>) {
      write_record(name + '.', value);
    } else if constexpr (wire::kIsOptional<T>) {
      if (value) write(name, *value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      add(name, value);
    } else if constexpr (std::is_same_v<T, Blob>) {
      add(name, base64_encode(value.bytes));
    } else if constexpr (std::is_same_v<T, bool>) {
      add(name, value ? "true" : "false");
    } else {
      add(name, std::to_string(value));
    }
  }

  void add(std::string_view name, std::string_view value) {
    if (!out_.empty()) out_ += '&';
    escape(name);
    out_ += '=';
    escape(value);
  }

  void escape(std::string_view text) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      out_ += '%';
      out_ += kDigits[byte >> 4];
      out_ += kDigits[byte & 15];
    }
  }

  std::string out_;
};

template <typename Request>
void there_and_back(const wire::Form& form) {
  const auto request = wire::decode_query<Request>(form);
  if (request.has_error()) {
    check(!request.error().message.empty(), "an error has a text");
    return;
  }
  const std::string said = wire::encode_json(*request);
  check(is_utf8(said), "a form holds text only", said);

  const auto from_json = wire::decode_json<Request>(said);
  check(from_json.has_value(), "the request can be said in JSON", said);
  check(wire::encode_json(*from_json) == said, "and is the same there", said);

  const std::string written = FormWriter::write(*request);
  wire::Form again;
  if (again.parse(written).has_error()) return;  // with absent fields spelled out, too many
  const auto from_form = wire::decode_query<Request>(again);
  check(from_form.has_value(), "the request can be written as a form again", written);
  check(wire::encode_json(*from_form) == said, "and is the same there", said);
}

}  // namespace
}  // namespace squire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace squire;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  wire::Form form;
  if (form.parse(body).has_error()) return 0;
  fuzz::for_each_request([&]<typename Request>() { fuzz::there_and_back<Request>(form); });
  return 0;
}
