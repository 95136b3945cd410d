#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/queue/stored_message.hpp"
#include "squire/core/keyed_hash.hpp"

namespace squire::engine {

// Messages linked through their own pointers; each stands in one list at most.
struct MessageList {
  Message* head = nullptr;
  Message* tail = nullptr;

  void push_back(Message& message);
  // Where its sequence belongs; nearly always that is the end.
  void insert(Message& message);
  void erase(Message& message);
};

// The messages of one MessageGroupId: a FIFO group, or a tenant of a fair standard queue.
struct Group {
  std::string id;
  MessageList messages;
  bool is_ready = false;  // stands in the line of groups
  Group* previous = nullptr;
  Group* next = nullptr;
};

// The groups that have a message to give, in the order of their turns.
class GroupLine {
 public:
  Group* front() const { return head_; }
  void push_back(Group& group);
  void erase(Group& group);

 private:
  Group* head_ = nullptr;
  Group* tail_ = nullptr;
};

// Groups by id; they exist while they have messages.
class Groups {
 public:
  Group& get(std::string_view id);
  void erase(Group& group) { groups_.erase(group.id); }

 private:
  // By the group's own id.
  std::unordered_map<std::string_view, std::unique_ptr<Group>, KeyedHash> groups_;
};

// Who is received next: the only difference between standard and FIFO queues. Used by one Queue
// under its mutex. Every operation is O(1), whatever the number of messages and groups.
class Order {
 public:
  virtual ~Order() = default;

  // A message entered the queue, Visible or Delayed.
  virtual void add(Message& message) = 0;
  // The message's state changes; sets it.
  virtual void change(Message& message, Message::State to) = 0;
  // The message leaves the queue, from any state.
  virtual void remove(Message& message) = 0;
  // The message to receive next, which is Visible; null if there is none. `last` is the message
  // taken before in the same receive, or null: a FIFO receive goes on in its group.
  virtual Message* next(const Message* last) = 0;
};

std::unique_ptr<Order> make_standard_order();
std::unique_ptr<Order> make_fifo_order();

}  // namespace squire::engine
