// A guard at every border: what nobody expected, a bug or data that cannot be, ends neither its
// thread nor the process. It is counted, told, and answered for by whoever was asked.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace squire {

// The threads of control that have a guard.
enum class Border : std::uint8_t { Request, Delivery, Alarm, Tick, Journal, Load, kCount };

// "request", "delivery", …
std::string_view border_name(Border border);

// Thread-safe once it has its listener.
class InternalErrors {
 public:
  using Listener = std::function<void(Border, std::string_view what)>;

  // Called for each error, on its thread, without locks. Set before other threads begin.
  void listen(Listener listener) { listener_ = std::move(listener); }
  void report(Border border, std::string_view what);
  // Since the process began.
  std::uint64_t count(Border border) const { return counts_[static_cast<std::size_t>(border)]; }

 private:
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Border::kCount)> counts_{};
  Listener listener_;
};

// The process's own.
InternalErrors& internal_errors();

// Calls f(); false if it threw, which was then reported. `context` says what was done: an id, or a
// function that tells it, asked only then.
template <typename Context, typename F>
bool guarded(Border border, Context&& context, F&& f) {
  const auto report = [&](std::string_view what) {
    if constexpr (std::is_invocable_v<Context>) {
      internal_errors().report(border, std::string(context()).append(": ").append(what));
    } else {
      internal_errors().report(border, std::string(context).append(": ").append(what));
    }
  };
  try {
    std::forward<F>(f)();
    return true;
  } catch (const std::exception& error) {
    report(error.what());
  } catch (...) {
    report("something that is no exception");
  }
  return false;
}

}  // namespace squire
