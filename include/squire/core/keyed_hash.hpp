#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace squire {

// The hash for every table whose keys clients choose. Its key is drawn anew by each process, so
// that nobody can send keys that all fall into one bucket and make a table as slow as a list.
// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"); 1 and 3 rounds, as the
// tables of Rust and Python use it.
std::uint64_t keyed_hash(std::string_view bytes) noexcept;

// For std::unordered_map of strings; looks texts up without a copy.
struct KeyedHash {
  using is_transparent = void;

  std::size_t operator()(std::string_view text) const noexcept { return keyed_hash(text); }
  std::size_t operator()(double number) const noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);  // -0 equals 0
    return keyed_hash({reinterpret_cast<const char*>(&bits), sizeof(bits)});
  }
};

}  // namespace squire
