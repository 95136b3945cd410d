// Ids that clients choose: groups, deduplication ids, receive attempts. An input is a list of them,
// two bytes each, in pairs; however they are chosen, a message costs what any other costs.
#include <algorithm>
#include <cstdint>
#include <string>

#include "fuzz/work.hpp"
#include "fuzz/world.hpp"

namespace squire::fuzz {
namespace {

constexpr std::uint64_t kBlocksPerMessage = 20'000;

void send_and_receive(std::string_view input) {
  World world;
  const auto queue = world.make_queue("q.fifo");
  const auto count = input.size() / 4;
  const WorkLimit limit(kBlocksPerMessage * (count + 1), "no ids make messages expensive");
  for (std::size_t i = 0; i < count; ++i) {
    engine::Details details;
    details.group_id = "g" + std::string(input.substr(4 * i, 2));
    details.deduplication_id = "d" + std::string(input.substr(4 * i + 2, 2));
    engine::OutgoingMessage message;
    message.body = std::make_shared<engine::Body>("m");
    message.details = std::make_shared<engine::Details>(std::move(details));
    queue->send(message).value();
  }
  for (std::size_t i = 0; i < count; ++i) {
    engine::ReceiveOptions options;
    options.count_max = 1 + static_cast<int>(i % 10);
    options.attempt_id = "a" + std::string(input.substr(4 * i, 2));
    const auto received = world.broker.receive(*queue, std::move(options), nullptr);
    if (received.has_error()) continue;
    for (const auto& message : received->messages) queue->remove(message.handle().encode()).value();
  }
}

}  // namespace
}  // namespace squire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  squire::fuzz::send_and_receive({reinterpret_cast<const char*>(data), size});
  return 0;
}
