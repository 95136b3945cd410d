// What the writer thread does between commits for exports and imports.
#include <utility>

#include "storage/sqlite_writer.hpp"

namespace squire::storage {

void SqliteJournal::Writer::open() {
  database_.emplace(options_);
  records_.emplace(*database_);
}

void SqliteJournal::Writer::run_errand(std::function<bool()> step) {
  Errand errand{std::move(step), false, nullptr};
  Lock lock(mutex_);
  errand_ = &errand;
  sleep_ = Sleep::None;
  condition_.notify();
  while (!errand.is_done && !has_failed()) errand_done_.wait(mutex_);
  errand_ = nullptr;
  if (errand.error) std::rethrow_exception(errand.error);
  if (!errand.is_done) throw StorageError("the disk failed");
}

void SqliteJournal::Writer::step(Errand& errand) {
  bool is_done = true;
  try {
    is_done = errand.step();
  } catch (const std::exception&) {
    errand.error = std::current_exception();
  }
  if (!records_) throw StorageError("squire.db cannot be opened again");
  Lock lock(mutex_);
  errand.is_done = is_done;
  is_done ? errand_done_.notify() : static_cast<void>(errand_ = &errand);
}

void SqliteJournal::Writer::begin_copy(const std::string& file) {
  run_errand([&, is_new = true]() mutable {
    if (std::exchange(is_new, false)) copy_.emplace(*database_, file);
    return copy_->step();
  });
}

void SqliteJournal::Writer::finish_copy() {
  flush();
  run_errand([&] {
    copy_->finish();
    copy_.reset();
    return true;
  });
}

void SqliteJournal::Writer::replace(const std::string& file) {
  flush();
  run_errand([&] {
    swap(file);
    return true;
  });
}

// Renaming is what a crash sees done or not done. The log of the old database must be gone before:
// it would be taken for that of the new one.
void SqliteJournal::Writer::swap(const std::string& file) {
  const auto path = options_.directory / "squire.db";
  sync_file(file);
  copy_.reset();
  records_.reset();
  database_.reset();
  std::error_code error;
  if (std::filesystem::exists(path.string() + "-wal", error)) {
    open();
    throw StorageError("squire.db cannot be closed; is the disk full?");
  }
  std::filesystem::rename(file, path, error);
  if (error) {
    open();
    throw StorageError(path.string() + " cannot be replaced: " + error.message());
  }
  lock_.sync();
  open();
  has_written_ = false;
}

}  // namespace squire::storage
