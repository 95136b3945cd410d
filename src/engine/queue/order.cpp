#include "engine/queue/order.hpp"

namespace squire::engine {

void MessageList::push_back(Message& message) {
  message.previous = tail;
  message.next = nullptr;
  (tail ? tail->next : head) = &message;
  tail = &message;
}

void MessageList::insert(Message& message) {
  Message* before = tail;
  while (before && before->sequence > message.sequence) before = before->previous;
  if (before == tail) return push_back(message);
  message.previous = before;
  message.next = before ? before->next : head;
  message.next->previous = &message;
  (before ? before->next : head) = &message;
}

void MessageList::erase(Message& message) {
  (message.previous ? message.previous->next : head) = message.next;
  (message.next ? message.next->previous : tail) = message.previous;
}

void GroupLine::push_back(Group& group) {
  group.previous = tail_;
  group.next = nullptr;
  (tail_ ? tail_->next : head_) = &group;
  tail_ = &group;
  group.is_ready = true;
}

void GroupLine::erase(Group& group) {
  (group.previous ? group.previous->next : head_) = group.next;
  (group.next ? group.next->previous : tail_) = group.previous;
  group.is_ready = false;
}

Group& Groups::get(std::string_view id) {
  if (const auto at = groups_.find(id); at != groups_.end()) return *at->second;
  auto group = std::make_unique<Group>();
  group->id = id;
  Group& result = *group;
  groups_.emplace(result.id, std::move(group));
  return result;
}

}  // namespace squire::engine
