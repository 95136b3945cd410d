#include "squire/engine/message.hpp"

#include <stdexcept>

namespace squire::engine {

bool Signature::is_made() const {
  Lock lock(mutex_);
  return !text_.empty();
}

std::string Signature::get(const std::function<std::string()>& make) {
  {
    Lock lock(mutex_);
    if (!text_.empty()) return text_;
  }
  std::string made = make();
  Lock lock(mutex_);
  if (text_.empty()) text_ = std::move(made);
  return text_;
}

Body::Body(std::string whole) : text_(std::move(whole)), digest_(md5(text_)) {}

Body::Body(std::string stored, std::size_t signature_at, std::shared_ptr<Signature> signature)
    : text_(std::move(stored)), signature_at_(signature_at), signature_(std::move(signature)) {}

const std::string& Body::text() const {
  check_whole();
  return text_;
}

const Md5& Body::digest() const {
  check_whole();
  return digest_;
}

void Body::check_whole() const {
  if (lacks_signature()) throw std::logic_error("a body without its signature was to be shown");
}

}  // namespace squire::engine
