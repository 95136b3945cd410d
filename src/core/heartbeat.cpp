#include "squire/core/heartbeat.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace squire {
namespace {

constexpr std::size_t kNameMax = 15;  // what the kernel keeps

std::int64_t now() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Milliseconds>(since_boot).count();
}

}  // namespace

Heart::Heart(const std::string& name) : name_(name) {
  pthread_setname_np(pthread_self(), name.substr(0, kNameMax).c_str());
  beat();
  heartbeats().add(this);
}

Heart::~Heart() {
  heartbeats().remove(this);
}

void Heart::beat() noexcept {
  beat_at_.store(now(), std::memory_order_relaxed);
}

void Heart::beat(std::string_view what, std::string_view id) noexcept {
  note(what, id);
  beat();
}

void Heart::rest(std::string_view what) noexcept {
  note(what, {});
  beat_at_.store(kResting, std::memory_order_relaxed);
}

Milliseconds Heart::silent_for() const noexcept {
  const auto beat_at = beat_at_.load(std::memory_order_relaxed);
  return Milliseconds(beat_at == kResting ? 0 : std::max<std::int64_t>(now() - beat_at, 0));
}

void Heart::note(std::string_view what, std::string_view id) noexcept {
  std::array<char, sizeof(text_)> text{};
  std::size_t size = 0;
  const auto append = [&](std::string_view part) {
    size += part.copy(text.data() + size, text.size() - size);
  };
  append(what.substr(0, text.size() / 2));
  if (!id.empty()) append(" ");
  append(id);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i * sizeof(word), sizeof(word));
    text_[i].store(word, std::memory_order_relaxed);
    if (word == 0) break;
  }
}

std::string Heart::doing() const {
  std::string text;
  for (const auto& part : text_) {
    const auto word = part.load(std::memory_order_relaxed);
    if (word == 0) break;
    std::array<char, sizeof(word)> bytes{};
    std::memcpy(bytes.data(), &word, sizeof(word));
    text.append(bytes.data(), bytes.size());
  }
  while (text.ends_with('\0')) text.pop_back();
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';  // clients choose some of it
  }
  return text;
}

std::vector<Pulse> Heartbeats::silent(Milliseconds at_least) const {
  std::vector<Pulse> found;
  Lock lock(mutex_);
  for (const Heart* heart : hearts_) {
    const auto silent_for = heart->silent_for();
    if (silent_for >= at_least) found.push_back({heart->name(), silent_for, heart->doing()});
  }
  return found;
}

void Heartbeats::add(const Heart* heart) {
  Lock lock(mutex_);
  hearts_.push_back(heart);
}

void Heartbeats::remove(const Heart* heart) {
  Lock lock(mutex_);
  std::erase(hearts_, heart);
}

Heartbeats& heartbeats() {
  static Heartbeats all;
  return all;
}

}  // namespace squire
