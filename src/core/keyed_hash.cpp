#include "squire/core/keyed_hash.hpp"

#include <cstring>
#include <random>

namespace squire {
namespace {

struct Key {
  std::uint64_t first;
  std::uint64_t second;
};

Key draw_key() {
  std::random_device device;  // the operating system's generator
  const auto draw = [&] { return std::uint64_t{device()} << 32 | device(); };
  return {draw(), draw()};
}

struct Sip {
  std::uint64_t v0, v1, v2, v3;

  void round() noexcept {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word) noexcept {
    v3 ^= word;
    round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t keyed_hash(std::string_view bytes) noexcept {
  static const Key key = draw_key();
  Sip sip{key.first ^ 0x736f6d6570736575, key.second ^ 0x646f72616e646f6d,
          key.first ^ 0x6c7967656e657261, key.second ^ 0x7465646279746573};
  std::uint64_t last = std::uint64_t{bytes.size()} << 56;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    sip.absorb(word);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    last |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << 8 * i;
  }
  sip.absorb(last);
  sip.v2 ^= 0xff;
  for (int i = 0; i < 3; ++i) sip.round();
  return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}

}  // namespace squire
