#include "engine/queue/order.hpp"

namespace squire::engine {
namespace {

using State = Message::State;

// A group gives its messages strictly in order, from its head up to the first one that is in
// flight. A message keeps its place in its group until it is deleted: a head that becomes visible
// again is next, also while later ones of the same receive are still in flight. Groups take turns
// as they become ready.
class FifoOrder final : public Order {
 public:
  void add(Message& message) override {
    Group& group = groups_.get(message.group_id());
    group.messages.insert(message);
    message.group = &group;
    update(group);
  }

  void change(Message& message, State to) override {
    message.state = to;
    update(*message.group);
  }

  void remove(Message& message) override {
    Group& group = *message.group;
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
  // Ready: the head is visible. Keeps its place in the line.
  void update(Group& group) {
    const Message* head = group.messages.head;
    const bool should_be = head && head->state == State::Visible;
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
