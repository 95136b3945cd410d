#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "squire/engine/broker.hpp"
#include "squire/outbound/outbound.hpp"

namespace squire::sns {

struct CourierSettings {
  // Lambda functions by name: what their runtime's address begins with ("http://localhost:9000").
  std::map<std::string, std::string> functions;
  // Null: emails stay in the outbox. Outlives the couriers.
  outbound::Mailer* mailer = nullptr;
  // Where messages are signed; null: on the outbound thread, which then brings nothing meanwhile.
  Executor* helpers = nullptr;
  // Attempts under way for one subscription at a time.
  std::size_t attempts_max = 64;
  // Told of every delivery that is given up; may be empty.
  std::function<void(const std::string& what)> on_failure;
};

// Brings what waits in delivery queues to its endpoints: HTTP, HTTPS, Lambda and, with a mailer,
// email (SNS Developer Guide, "Message delivery retries"). A courier is the pump (delivery::Pump)
// of one subscription. Everything runs on the outbound thread.
class Couriers {
 public:
  // Broker and sender outlive the couriers; the outbound thread ends before they do.
  Couriers(engine::Broker& broker, outbound::Sender& sender, CourierSettings settings);
  ~Couriers();
  Couriers(const Couriers&) = delete;
  Couriers& operator=(const Couriers&) = delete;

  // For all delivery queues, and those to come.
  void start();

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace squire::sns
