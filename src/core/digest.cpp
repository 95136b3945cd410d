#include "squire/core/digest.hpp"

#include <openssl/evp.h>

#include <stdexcept>

#include "squire/core/text.hpp"

namespace squire {
namespace {

// OpenSSL 3 looks an algorithm up by name at every EVP_DigestInit_ex with a legacy handle; a
// fetched one and a context kept per thread make a short digest three times cheaper.
class Digester {
 public:
  explicit Digester(const char* algorithm)
      : algorithm_(EVP_MD_fetch(nullptr, algorithm, nullptr)), context_(EVP_MD_CTX_new()) {
    if (algorithm_ == nullptr || context_ == nullptr) {
      throw std::runtime_error(std::string("OpenSSL does not offer ") + algorithm);
    }
  }
  ~Digester() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Digester(const Digester&) = delete;
  Digester& operator=(const Digester&) = delete;

  void digest(std::string_view bytes, std::uint8_t* out) {
    if (EVP_DigestInit_ex2(context_, algorithm_, nullptr) != 1 ||
        EVP_DigestUpdate(context_, bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context_, out, nullptr) != 1) {
      throw std::runtime_error("OpenSSL could not compute a digest");
    }
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

std::string hex(const std::uint8_t* bytes, std::size_t count) {
  return hex_encode({reinterpret_cast<const char*>(bytes), count});
}

}  // namespace

Md5 md5(std::string_view bytes) {
  thread_local Digester digester("MD5");
  Md5 out;
  digester.digest(bytes, out.data());
  return out;
}

Sha256 sha256(std::string_view bytes) {
  thread_local Digester digester("SHA256");
  Sha256 out;
  digester.digest(bytes, out.data());
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  const auto digest = sha256(bytes);
  return hex(digest.data(), digest.size());
}

std::string to_hex(const Md5& digest) {
  return hex(digest.data(), digest.size());
}

}  // namespace squire
