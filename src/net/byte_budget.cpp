#include "squire/net/byte_budget.hpp"

#include <utility>

namespace squire::net {

bool ByteBudget::Share::take(Use use, std::size_t bytes, std::size_t rank,
                             std::shared_ptr<Waiter> waiter) {
  Lock lock(budget_.mutex_);
  const bool is_held_back = use == Use::Request && budget_.passes_ >= kPassesMax;
  if (budget_.fits(use, bytes) && !is_held_back) {
    budget_.note_pass(use, UINT64_MAX);
    budget_.give(*this, use, bytes);
    return true;
  }
  use_ = use;
  bytes_ = bytes;
  waiter_ = std::move(waiter);
  place_ = budget_.lines_[static_cast<std::size_t>(use)].emplace(rank, this);
  number_ = ++budget_.last_number_;
  if (use == Use::Request) budget_.requests_.emplace(number_, this);
  return false;
}

bool ByteBudget::Share::is_waiting() const {
  Lock lock(budget_.mutex_);
  return waiter_ != nullptr;
}

void ByteBudget::Share::add(Use use, std::size_t bytes) {
  Lock lock(budget_.mutex_);
  budget_.leave_line(*this);
  if (is_holding_) {
    bytes_ += bytes;
    budget_.total_ += bytes;
  } else {
    budget_.give(*this, use, bytes);
  }
}

void ByteBudget::Share::release() {
  Lock lock(budget_.mutex_);
  budget_.leave_line(*this);
  if (!std::exchange(is_holding_, false)) return;
  --budget_.holders_[static_cast<std::size_t>(use_)];
  budget_.total_ -= std::exchange(bytes_, 0);
  budget_.serve_lines();
}

void ByteBudget::leave_line(Share& share) {
  if (!share.waiter_) return;
  lines_[static_cast<std::size_t>(share.use_)].erase(share.place_);
  if (share.use_ == Use::Request) {
    note_pass(share.use_, share.number_);
    requests_.erase(share.number_);
  }
  share.waiter_.reset();
  share.bytes_ = 0;
}

std::size_t ByteBudget::ceiling(Use use) const {
  if (use == Use::Request) return bytes_max_ / 2;
  return use == Use::LargeReply ? bytes_max_ / 4 * 3 : bytes_max_;
}

bool ByteBudget::fits(Use use, std::size_t bytes) const {
  return holders_[static_cast<std::size_t>(use)] == 0 || total_ + bytes <= ceiling(use);
}

void ByteBudget::give(Share& share, Use use, std::size_t bytes) {
  share.use_ = use;
  share.bytes_ = bytes;
  share.is_holding_ = true;
  ++holders_[static_cast<std::size_t>(use)];
  total_ += bytes;
}

void ByteBudget::note_pass(Use use, std::uint64_t number) {
  if (use != Use::Request || requests_.empty()) return;
  passes_ = number == requests_.begin()->first ? 0 : passes_ + 1;
}

ByteBudget::Line::iterator ByteBudget::next_in_line(Use use) {
  auto& line = lines_[static_cast<std::size_t>(use)];
  const bool is_longest_waiting = use == Use::Request && passes_ >= kPassesMax;
  return is_longest_waiting && !line.empty() ? requests_.begin()->second->place_ : line.begin();
}

// Behind one who must wait, all must.
void ByteBudget::serve_lines() {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto use = static_cast<Use>(i);
    for (;;) {
      const auto next = next_in_line(use);
      if (next == lines_[i].end() || !fits(use, next->second->bytes_)) break;
      Share& share = *next->second;
      const auto bytes = share.bytes_;
      auto waiter = share.waiter_;
      leave_line(share);
      give(share, use, bytes);
      waiter->notify();
    }
  }
}

}  // namespace squire::net
