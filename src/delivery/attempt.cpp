#include <utility>

#include "squire/delivery/pump.hpp"

namespace squire::delivery {

Attempt::Attempt(std::shared_ptr<Pump> pump, engine::ReceivedMessage message)
    : pump_(std::move(pump)), message_(std::move(message)) {}

void Attempt::begin() {
  if (!std::exchange(is_begun_, true)) pump_->begin(message_);
}

void Attempt::end(const Outcome& outcome) {
  if (std::exchange(is_over_, true)) return;
  if (outcome.kind == Outcome::Kind::Failed) begin();
  is_begun_ = true;
  pump_->end(message_, outcome);
}

}  // namespace squire::delivery
