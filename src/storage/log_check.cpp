#include "storage/log_check.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <vector>

namespace squire::storage {
namespace {

// https://www.sqlite.org/fileformat2.html#the_write_ahead_log
constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kFrameHeaderSize = 24;
constexpr std::size_t kSaltsSize = 8;
constexpr std::size_t kPageSize = 4096;       // Database's
constexpr std::uint32_t kMagic = 0x377f0682;  // its last bit: checksums are of big-endian words

using Bytes = const unsigned char*;

std::uint32_t big_endian(Bytes bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

std::uint32_t little_endian(Bytes bytes) {
  return std::uint32_t{bytes[3]} << 24 | std::uint32_t{bytes[2]} << 16 |
         std::uint32_t{bytes[1]} << 8 | bytes[0];
}

struct Checksum {
  bool is_big_endian = false;
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  void add(Bytes bytes, std::size_t size) {
    const auto word = is_big_endian ? &big_endian : &little_endian;
    for (std::size_t i = 0; i < size; i += 8) {
      first += word(bytes + i) + second;
      second += word(bytes + i + 4) + first;
    }
  }
  bool is(Bytes bytes) const {
    return big_endian(bytes) == first && big_endian(bytes + 4) == second;
  }
};

bool read(std::ifstream& file, unsigned char* to, std::size_t size) {
  file.read(reinterpret_cast<char*>(to), static_cast<std::streamsize>(size));
  return file.gcount() == static_cast<std::streamsize>(size);
}

}  // namespace

std::optional<std::string> find_log_damage(const std::filesystem::path& log) {
  std::ifstream file(log, std::ios::binary);
  std::array<unsigned char, kHeaderSize> header{};
  if (!read(file, header.data(), header.size())) return std::nullopt;
  const std::uint32_t magic = big_endian(header.data());
  Checksum checksum{(magic & 1) != 0};
  checksum.add(header.data(), 24);
  bool is_good = (magic & ~1u) == kMagic && big_endian(header.data() + 8) == kPageSize &&
                 checksum.is(header.data() + 24);
  // With a damaged header all is dropped; whose frames they are then says the first of them.
  std::optional<std::array<unsigned char, kSaltsSize>> salts;
  if (is_good) std::memcpy(salts.emplace().data(), header.data() + 16, kSaltsSize);
  std::vector<unsigned char> frame(kFrameHeaderSize + kPageSize);
  std::uint64_t good_count = 0;
  std::uint64_t dropped_count = 0;
  std::uint64_t commit_count = 0;  // among those dropped
  while (read(file, frame.data(), frame.size())) {
    if (!salts) std::memcpy(salts.emplace().data(), frame.data() + 8, kSaltsSize);
    const bool is_ours = std::memcmp(frame.data() + 8, salts->data(), kSaltsSize) == 0;
    if (is_good) {
      checksum.add(frame.data(), 8);
      checksum.add(frame.data() + kFrameHeaderSize, kPageSize);
      is_good = is_ours && checksum.is(frame.data() + 16);
      good_count += is_good;
      if (is_good) continue;
    }
    // Others are of before the last checkpoint.
    if (!is_ours) continue;
    ++dropped_count;
    commit_count += big_endian(frame.data() + 4) != 0;
  }
  if (commit_count == 0) return std::nullopt;
  return log.string() + " is damaged behind its frame " + std::to_string(good_count) + ": " +
         std::to_string(dropped_count) + " pages (" + std::to_string(dropped_count * kPageSize) +
         " bytes) of " + std::to_string(commit_count) +
         " commits were dropped, which had been answered";
}

}  // namespace squire::storage
