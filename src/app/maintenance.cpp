#include "squire/app/maintenance.hpp"

#include <exception>
#include <iostream>

#include "app/services.hpp"
#include "squire/storage/maintenance.hpp"

namespace squire::app {
namespace {

template <typename F>
int report(F&& f) {
  try {
    f();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "squire: " << error.what() << '\n';
    return 1;
  }
}

}  // namespace

int salvage(const Config& config) {
  return report([&] {
    const auto salvaged = storage::salvage(config.data_dir, row_kinds());
    for (const auto& line : salvaged.lines) std::cout << line << '\n';
    std::cout << "What could be read is in " << salvaged.file.string()
              << ". To go on with it, move squire.db and squire.db-wal away and rename it to "
                 "squire.db\n";
  });
}

int compact(const Config& config) {
  return report([&] {
    const auto compacted = storage::compact(config.data_dir, row_kinds());
    std::cout << (config.data_dir / "squire.db").string() << ": " << compacted.bytes_before
              << " bytes before, " << compacted.bytes_after << " now\n";
  });
}

}  // namespace squire::app
