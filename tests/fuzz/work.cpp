#include "fuzz/work.hpp"

namespace squire::fuzz {
namespace {

std::uint64_t blocks = 0;

}  // namespace

std::uint64_t blocks_run() {
  return blocks;
}

}  // namespace squire::fuzz

// libFuzzer has a function of that name, which refuses to be called: the linker's --wrap puts this
// one in its place.
extern "C" void __wrap___sanitizer_cov_trace_pc() {
  ++squire::fuzz::blocks;
}
