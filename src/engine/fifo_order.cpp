#include "engine/order.hpp"

namespace squire::engine {
namespace {

using State = Message::State;

// Messages of a group are given strictly in order, and while one of them is in flight no receive
// gets another (sqs.md 7.3). A message keeps its place in its group until it is deleted, so
// whatever expires, the earliest undeleted one is next. Groups take turns as they become ready.
class FifoOrder final : public Order {
 public:
  void add(Message& message) override {
    Group& group = groups_.get(message.group_id());
    group.messages.push_back(message);
    message.group = &group;
    update(group);
  }

  void change(Message& message, State to) override {
    if (message.state == State::InFlight) --message.group->in_flight_count;
    if (to == State::InFlight) ++message.group->in_flight_count;
    message.state = to;
    update(*message.group);
  }

  void remove(Message& message) override {
    Group& group = *message.group;
    if (message.state == State::InFlight) --group.in_flight_count;
    group.messages.erase(message);
    message.group = nullptr;
    update(group);
    if (!group.messages.head) groups_.erase(group);
  }

  Message* next(const Message* last) override {
    if (last && last->next && last->next->state == State::Visible) return last->next;
    return line_.front() ? line_.front()->messages.head : nullptr;
  }

 private:
  // Ready: nothing of it in flight, and the first one not delayed. Keeps its place in the line.
  void update(Group& group) {
    const Message* head = group.messages.head;
    const bool should_be = head && head->state == State::Visible && group.in_flight_count == 0;
    if (should_be && !group.is_ready) line_.push_back(group);
    if (!should_be && group.is_ready) line_.erase(group);
  }

  Groups groups_;
  GroupLine line_;
};

}  // namespace

std::unique_ptr<Order> make_fifo_order() {
  return std::make_unique<FifoOrder>();
}

}  // namespace squire::engine
