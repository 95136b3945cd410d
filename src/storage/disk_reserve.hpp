#pragma once

#include <cstdint>
#include <filesystem>

namespace squire::storage {

// A file, `squire.reserve` in a data directory, that is given up when the disk is full: room to
// commit what makes room. On a small disk it is a quarter of it. Used by one thread at a time.
class DiskReserve {
 public:
  // 0 bytes: there is none, and it counts as held while there is a little room.
  DiskReserve(const std::filesystem::path& directory, std::int64_t bytes);

  // Makes the file unless there is not enough room for all of it. Whether it is there now.
  bool fill();
  void give_up();
  bool is_held() const { return is_held_; }
  // Bytes that the disk has left, the reserve aside.
  std::uint64_t room() const;
  bool has_room_for(std::int64_t bytes) const {
    return room() >= static_cast<std::uint64_t>(bytes);
  }

 private:
  const std::filesystem::path path_;
  std::int64_t bytes_ = 0;
  bool is_held_ = false;
};

}  // namespace squire::storage
