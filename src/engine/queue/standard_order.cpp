#include "engine/queue/order.hpp"

namespace squire::engine {
namespace {

using State = Message::State;

// Tenants take turns, each giving its oldest visible message, so a noisy one cannot starve a quiet
// one: a tenant with something to give waits for at most one message of each other (Amazon SQS
// Developer Guide, "Fair queues"; AWS keeps its own rule private). Messages without a group id are
// one tenant; if there is no other, this is first in, first out.
class StandardOrder final : public Order {
 public:
  void add(Message& message) override {
    if (message.state == State::Visible) link(message);
  }

  void change(Message& message, State to) override {
    if (message.state == State::Visible) unlink(message);
    message.state = to;
    if (to == State::Visible) link(message);
  }

  void remove(Message& message) override {
    if (message.state == State::Visible) unlink(message);
  }

  Message* next(const Message*) override {
    return line_.front() ? line_.front()->messages.head : nullptr;
  }

 private:
  void link(Message& message) {
    const auto id = message.group_id();
    Group& tenant = id.empty() ? nameless_ : tenants_.get(id);
    tenant.messages.push_back(message);
    message.group = &tenant;
    if (!tenant.is_ready) line_.push_back(tenant);
  }

  // The tenant's turn is over.
  void unlink(Message& message) {
    Group& tenant = *message.group;
    tenant.messages.erase(message);
    message.group = nullptr;
    line_.erase(tenant);
    if (tenant.messages.head) {
      line_.push_back(tenant);
    } else if (&tenant != &nameless_) {
      tenants_.erase(tenant);
    }
  }

  Group nameless_;
  Groups tenants_;
  GroupLine line_;
};

}  // namespace

std::unique_ptr<Order> make_standard_order() {
  return std::make_unique<StandardOrder>();
}

}  // namespace squire::engine
