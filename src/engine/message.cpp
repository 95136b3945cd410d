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

Body::Body(std::string whole) : text_(std::move(whole)), rest_(md5(text_)) {}

Body::Body(std::string stored, std::shared_ptr<Signature> signature)
    : text_(std::move(stored)), rest_(std::move(signature)) {}

Signature* Body::signature() const {
  const auto* signature = std::get_if<std::shared_ptr<Signature>>(&rest_);
  return signature ? signature->get() : nullptr;
}

const std::string& Body::text() const {
  static_cast<void>(digest());
  return text_;
}

const Md5& Body::digest() const {
  if (const auto* digest = std::get_if<Md5>(&rest_)) return *digest;
  throw std::logic_error("a body without its signature was to be shown");
}

}  // namespace squire::engine
