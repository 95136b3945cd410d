// The Query protocol's requests: form fields into structs (Amazon SQS Developer Guide,
// "Making Query API requests").
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "squire/core/error.hpp"
#include "squire/core/text.hpp"
#include "squire/wire/field.hpp"
#include "squire/wire/required.hpp"

namespace squire::wire {

// The parameters of one request: of the URL's query string, of the form body, or both.
class Form {
 public:
  // A request with more parameters than this is refused: a batch of ten with ten attributes each
  // has about 350.
  static constexpr std::size_t kParametersMax = 10'000;

  // Adds `name=value&…`; MalformedInput on broken escapes, bytes that are not UTF-8, or too many.
  Result<void> parse(std::string_view encoded);
  void add(std::string name, std::string value);

  // Null if absent. Of a name given twice the first counts.
  const std::string* find(std::string_view name) const;
  // All that have the name, as they came.
  std::vector<std::string_view> find_all(std::string_view name) const;

  // The numbers N for which a parameter `prefix.N` or `prefix.N.…` exists, ascending.
  std::vector<std::uint64_t> indexes(std::string_view prefix) const;
  // Whether the parameter is there and not empty, as some clients write an empty list.
  bool says(std::string_view name) const;
  // Whether a parameter `prefix.…` exists.
  bool has_below(std::string_view prefix) const;

 private:
  std::vector<std::pair<std::string, std::string>> sorted_;  // by name
};

// As the model spells a member in its error texts: TopicArn → topicArn.
std::string to_member_name(std::string_view name);
// As a member would be spelled in Query: tags → Tags.
std::string to_query_name(std::string_view name);

Error query_type_error(std::string_view value, std::string_view name, std::string_view wanted);

// A value that is one text. `name` is for the error.
template <typename T>
Result<void> read_text(std::string_view text, std::string_view name, T& out) {
  if constexpr (kIsOptional<T>) {
    return read_text(text, name, out.emplace());
  } else if constexpr (std::is_same_v<T, std::string>) {
    out = text;
  } else if constexpr (std::is_same_v<T, bool>) {
    const auto boolean = parse_boolean(text);
    if (!boolean) return query_type_error(text, name, "boolean");
    out = *boolean;
  } else if constexpr (std::is_integral_v<T>) {
    const auto number = parse_integer(text);
    if (!number || *number < std::numeric_limits<T>::min() ||
        *number > std::numeric_limits<T>::max()) {
      return query_type_error(text, name, "integer");
    }
    out = static_cast<T>(*number);
  } else {
    static_assert(std::is_same_v<T, Blob>);
    auto bytes = base64_decode(text);
    if (!bytes) return query_type_error(text, name, "base64");
    out.bytes = std::move(*bytes);
  }
  return {};
}

template <typename T>
Result<void> read_query(const Form& form, const std::string& name, T& out);

// Where the items of a list or map stand, and how they are named there.
struct Place {
  std::string name;
  bool is_nested = false;
};

// Some clients and documents write flat ones the nested way (?), and some Java SDKs by the name of
// the member, Tags.1.Key; that is taken too.
template <typename Owner, typename T>
Place find_items(const Form& form, const std::string& prefix, const Field<Owner, T>& field,
                 std::string_view nested_suffix) {
  Place nested{prefix + std::string(field.name) + std::string(nested_suffix), true};
  if (!field.spelling.is_flat) return nested;
  Place flat{prefix + std::string(field.query_name())};
  if (form.says(flat.name) || form.has_below(flat.name)) return flat;
  if (form.has_below(nested.name)) return nested;
  Place member{prefix + to_query_name(field.name)};
  return form.has_below(member.name) ? member : flat;
}

// The items' own names: Tag.1, Tag.3. An only item may come without a number, as clients of the
// first years wrote it.
inline std::vector<std::string> item_names(const Form& form, const std::string& name,
                                           bool has_only_item) {
  std::vector<std::string> names;
  for (const auto index : form.indexes(name)) names.push_back(name + '.' + std::to_string(index));
  if (names.empty() && has_only_item) names.push_back(name);
  return names;
}

// Whether a parameter is there for some field of the record.
template <RecordType T>
bool has_members(const Form& form, const std::string& prefix) {
  bool is_there = false;
  for_each_field<T>([&](const auto& field) {
    const std::string name = prefix + std::string(field.query_name());
    is_there = is_there || form.find(name) != nullptr || form.has_below(name);
  });
  return is_there;
}

inline std::string_view nested_key(const Spelling& spelling) {
  return spelling.is_flat ? kNested.key : spelling.key;
}
inline std::string_view nested_value(const Spelling& spelling) {
  return spelling.is_flat ? kNested.value : spelling.value;
}

template <RecordType T>
Result<void> read_query_record(const Form& form, const std::string& prefix, T& out) {
  Result<void> result = boost::system::in_place_value;
  for_each_field<T>([&](const auto& field) {
    if (result.has_error()) return;
    using Value = std::remove_cvref_t<decltype(out.*field.member)>;
    auto& value = out.*field.member;
    if constexpr (kIsVector<Value>) {
      const auto name = find_items(form, prefix, field, ".member").name;
      const bool has_only_item = [&] {
        using Item = typename Value::value_type;
        if constexpr (RecordType<Item>) {
          return has_members<Item>(form, name + '.');
        } else {
          return form.says(name);
        }
      }();
      for (const auto& item : item_names(form, name, has_only_item)) {
        result = read_query(form, item, value.emplace_back());
        if (result.has_error()) return;
      }
    } else if constexpr (kIsMap<Value>) {
      const auto place = find_items(form, prefix, field, ".entry");
      const auto& spelling = field.spelling;
      const std::string key_name(place.is_nested ? nested_key(spelling) : spelling.key);
      const std::string value_name(place.is_nested ? nested_value(spelling) : spelling.value);
      const bool has_only_item = form.says(place.name + '.' + key_name);
      for (const auto& item : item_names(form, place.name, has_only_item)) {
        const auto* key = form.find(item + '.' + key_name);
        if (key == nullptr) {
          result = Error::missing_parameter(item + '.' + key_name);
          return;
        }
        auto& item_value = value[*key];
        item_value = {};  // of a key given twice the last one counts, whole
        result = read_query(form, item + '.' + value_name, item_value);
        if (result.has_error()) return;
      }
    } else {
      result = read_query(form, prefix + std::string(field.query_name()), value);
    }
  });
  return result;
}

template <typename T>
Result<void> read_query(const Form& form, const std::string& name, T& out) {
  if constexpr (RecordType<T>) {
    return read_query_record(form, name + '.', out);
  } else if constexpr (kIsOptional<T>) {
    if constexpr (RecordType<typename T::value_type>) {
      if (!form.has_below(name)) return {};
    } else {
      if (form.find(name) == nullptr) return {};
    }
    return read_query(form, name, out.emplace());
  } else {
    const std::string* text = form.find(name);
    return text ? read_text(*text, name, out) : Result<void>();
  }
}

// Collects the required parameters that are not there at all, as paths of the model:
// publishBatchRequestEntries.1.member.id.
template <RecordType T>
void find_null_members(const Form& form, const std::string& prefix, const std::string& path,
                       std::vector<std::string>& found) {
  for_each_field<T>([&](const auto& field) {
    using Value = std::remove_cvref_t<decltype(std::declval<T>().*field.member)>;
    const std::string name = prefix + std::string(field.query_name());
    const std::string member = path + to_member_name(field.name);
    const bool is_there = form.find(name) != nullptr || form.has_below(name);
    if (field.is_required && !is_there) {
      found.push_back(member);
    } else if constexpr (kIsVector<Value>) {
      if constexpr (RecordType<typename Value::value_type>) {
        const std::string list = find_items(form, prefix, field, ".member").name;
        for (const auto index : form.indexes(list)) {
          const auto number = std::to_string(index);
          find_null_members<typename Value::value_type>(form, list + '.' + number + '.',
                                                        member + '.' + number + ".member.", found);
        }
      }
    } else if constexpr (kIsMap<Value>) {
      if constexpr (RecordType<typename Value::mapped_type>) {
        const auto& spelling = field.spelling;
        const std::string map = find_items(form, prefix, field, ".entry").name;
        for (const auto index : form.indexes(map)) {
          const std::string item = map + '.' + std::to_string(index) + '.';
          const auto* key = form.find(item + std::string(spelling.key));
          if (key == nullptr) continue;
          find_null_members<typename Value::mapped_type>(form,
                                                         item + std::string(spelling.value) + '.',
                                                         member + '.' + *key + ".member.", found);
        }
      }
    }
  });
}

// "2 validation errors detected: Value null at 'x' failed to satisfy constraint: Member must not be
// null; Value null at …", or nothing.
Result<void> check_no_null_members(const std::vector<std::string>& members);

template <typename T>
Result<T> decode_query(const Form& form, MissingRule rule = MissingRule::MissingParameter) {
  T request{};
  if (rule == MissingRule::Constraint) {
    std::vector<std::string> missing;
    find_null_members<T>(form, {}, {}, missing);
    SQUIRE_CHECK(check_no_null_members(missing));
  }
  SQUIRE_CHECK(read_query_record(form, {}, request));
  if (rule == MissingRule::MissingParameter) SQUIRE_CHECK(check_required(request));
  return request;
}

}  // namespace squire::wire
