#include "squire/engine/record.hpp"

namespace squire::engine {
namespace {

std::string keyed(const char* noun, const MessageKey& key) {
  return std::string(noun) + " number " + std::to_string(key.sequence) + " of queue number " +
         std::to_string(key.queue);
}

}  // namespace

std::string describe(const Record& record) {
  return std::visit(
      []<typename Change>(const Change& change) -> std::string {
        if constexpr (std::is_same_v<Change, RowPut>) return change.row->describe();
        if constexpr (std::is_same_v<Change, MessageRow>) return keyed("message", change.key);
        if constexpr (std::is_same_v<Change, DeliveryRow>) return keyed("delivery", change.key);
        if constexpr (std::is_same_v<Change, DeduplicationRow>) {
          return keyed("deduplication id", change.key);
        }
        return "what is no row";
      },
      record);
}

}  // namespace squire::engine
