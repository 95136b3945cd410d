// In a build for fuzzing, for the daemon and the test suites, which no fuzzer drives: the call that
// the libraries make for each of their blocks (see work.hpp) does nothing.
extern "C" __attribute__((weak, no_sanitize("coverage"))) void __sanitizer_cov_trace_pc() {}
