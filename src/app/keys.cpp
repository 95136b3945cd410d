#include "app/keys.hpp"

#include <algorithm>

#include "squire/core/arn.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/iso_time.hpp"

namespace squire::app {
namespace {

// An element of the array, read member by member.
class KeyReader {
 public:
  KeyReader(const Json& json, const Source& source, const std::string& path)
      : json_(json), source_(source), path_(path) {}

  access::Key read() {
    if (!json_.is_object()) fail("", "must be an object");
    for (const auto& [name, value] : json_.items()) read_member(name, value);
    if (!is_key_id(key_.access_key)) {
      fail("access_key", "is needed: letters, digits, - and _, such as AKIAIOSFODNN7EXAMPLE");
    }
    if (key_.secret.empty()) fail("secret", "is needed");
    if (!is_account_id(account_)) fail("account", "is needed: an account id of 12 digits");
    key_.principal = user_.empty() ? access::Principal::root(account_)
                                   : access::Principal::user(account_, user_);
    return std::move(key_);
  }

 private:
  [[noreturn]] void fail(const std::string& member, const std::string& why) const {
    app::fail(source_, path_ + (member.empty() ? "" : "." + member), why);
  }

  static bool is_key_id(std::string_view text) {
    return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
      return is_letter_or_digit(c) || c == '-' || c == '_';
    });
  }

  void read_member(const std::string& name, const Json& value) {
    if (name == "policy") return read_policy(value);
    std::string expires;
    for (const auto& [known, text] :
         {std::pair<const char*, std::string*>{"access_key", &key_.access_key},
          {"secret", &key_.secret},
          {"account", &account_},
          {"user", &user_},
          {"session_token", &key_.session_token},
          {"expires", &expires}}) {
      if (name != known) continue;
      if (!value.is_string()) fail(name, "must be a text");
      *text = value.get<std::string>();
      if (text == &expires && !(key_.expires_at = parse_iso_time(expires))) {
        fail(name, "must be a time such as 2027-01-01T00:00:00Z");
      }
      return;
    }
    fail(name,
         "is not understood; a key has access_key, secret, account, and perhaps user, "
         "session_token, expires and policy");
  }

  void read_policy(const Json& value) {
    auto policy =
        access::Policy::compile(value.is_string() ? value.get<std::string>() : value.dump(),
                                access::Policy::Kind::Identity);
    if (policy.has_error()) fail("policy", "is no identity policy: " + policy.error().message);
    key_.policy = *std::move(policy);
  }

  const Json& json_;
  const Source& source_;
  const std::string path_;
  access::Key key_;
  std::string account_;
  std::string user_;
};

}  // namespace

void read_keys(std::vector<access::Key>& keys, const Json& array, const Source& source,
               const std::string& path) {
  if (!array.is_array()) fail(source, path, "must be an array");
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string place = path + "[" + std::to_string(i) + "]";
    auto key = KeyReader(array[i], source, place).read();
    for (const auto& known : keys) {
      if (known.access_key == key.access_key) {
        fail(source, place + ".access_key", "is there twice: " + key.access_key);
      }
    }
    keys.push_back(std::move(key));
  }
}

}  // namespace squire::app
