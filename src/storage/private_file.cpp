#include "storage/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace squire::storage {

void make_private(const std::filesystem::path& file) noexcept {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return;
  struct stat status {};
  const bool is_public = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                         (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  if (is_public) [[maybe_unused]]
    const int code = ::fchmod(descriptor, 0600);
  ::close(descriptor);
}

}  // namespace squire::storage
