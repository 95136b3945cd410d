#pragma once

#include <cstdint>
#include <string>

#include "squire/core/error.hpp"
#include "squire/wire/field.hpp"

namespace squire::wire {

// What a service says of a required parameter that is missing.
enum class MissingRule : std::uint8_t {
  MissingParameter,  // absent or empty: MissingParameter, the first one
  Constraint,        // absent: ValidationError, "Member must not be null", all of them
};

// The first required field that is missing, in the order of the descriptor, as MissingParameter.
// Members of list entries are named as in Query: SendMessageBatchRequestEntry.1.Id (?).
template <RecordType T>
Result<void> check_required(const T& request, const std::string& prefix = {}) {
  Result<void> result = boost::system::in_place_value;
  for_each_field<T>([&](const auto& field) {
    if (result.has_error()) return;
    const auto& value = request.*field.member;
    using Value = std::remove_cvref_t<decltype(value)>;
    if (field.is_required && is_absent(value)) {
      result = Error::missing_parameter(prefix + std::string(field.query_name()));
    } else if constexpr (kIsVector<Value>) {
      if constexpr (RecordType<typename Value::value_type>) {
        for (std::size_t i = 0; i < value.size() && result.has_value(); ++i) {
          result = check_required(value[i], prefix + std::string(field.query_name()) + '.' +
                                                std::to_string(i + 1) + '.');
        }
      }
    }
  });
  return result;
}

}  // namespace squire::wire
