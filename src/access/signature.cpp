#include "squire/access/signature.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

#include "access/canonical_request.hpp"
#include "access/claims.hpp"
#include "squire/core/arn.hpp"
#include "squire/core/text.hpp"

namespace squire::access {
namespace {

constexpr std::string_view kTerminator = "aws4_request";
constexpr std::chrono::minutes kSkewMax{15};

// One HMAC-SHA256 machine per thread: OpenSSL 3 looks algorithms up by name otherwise.
class Hmac {
 public:
  Hmac() : algorithm_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)) {
    context_ = algorithm_ ? EVP_MAC_CTX_new(algorithm_) : nullptr;
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    if (!context_ || EVP_MAC_CTX_set_params(context_, parameters) != 1) {
      throw std::runtime_error("OpenSSL does not offer HMAC-SHA256");
    }
  }
  ~Hmac() {
    EVP_MAC_CTX_free(context_);
    EVP_MAC_free(algorithm_);
  }
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;

  Sha256 sign(std::string_view key, std::string_view text) {
    Sha256 out;
    std::size_t size = 0;
    if (EVP_MAC_init(context_, bytes(key), key.size(), nullptr) != 1 ||
        EVP_MAC_update(context_, bytes(text), text.size()) != 1 ||
        EVP_MAC_final(context_, out.data(), &size, out.size()) != 1 || size != out.size()) {
      throw std::runtime_error("OpenSSL could not compute an HMAC");
    }
    return out;
  }

 private:
  static const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  }

  EVP_MAC* algorithm_;
  EVP_MAC_CTX* context_;
};

Sha256 hmac(std::string_view key, std::string_view text) {
  thread_local Hmac machine;
  return machine.sign(key, text);
}

std::string_view view(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Error mismatch(std::string message) {
  return {errors::kSignatureDoesNotMatch, std::move(message)};
}

// Squire has every region that AWS could have.
Result<void> check_scope(const Claims& claims, std::string_view service) {
  std::string wrong;
  if (!has_region_form(claims.region)) wrong += "Credential should be scoped to a valid region. ";
  if (claims.service != service) {
    wrong.append("Credential should be scoped to correct service: '").append(service).append("'. ");
  }
  if (claims.terminator != kTerminator) {
    wrong.append("Credential should be scoped with a valid terminator: 'aws4_request', not '")
        .append(claims.terminator)
        .append("'. ");
  }
  const auto time = to_basic_time(claims.signed_at);
  if (claims.date != time.substr(0, 8)) {
    wrong.append(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'");
    wrong.append(claims.date).append("' != '").append(time.substr(0, 8)).append("', from '");
    wrong.append(time).append("'. ");
  }
  if (wrong.empty()) return {};
  wrong.pop_back();
  return mismatch(std::move(wrong));
}

Result<void> check_time(const Claims& claims, TimePoint now) {
  const auto time = to_basic_time(claims.signed_at);
  const auto current = " (" + to_basic_time(now);
  if (claims.signed_at > now + kSkewMax) {
    return mismatch("Signature not yet current: " + time + " is still later than " +
                    to_basic_time(now + kSkewMax) + current + " + 15 min.)");
  }
  if (claims.is_presigned) {
    if (now >= claims.signed_at + claims.expires) return Error{errors::kRequestExpired, {}};
  } else if (claims.signed_at < now - kSkewMax) {
    return mismatch("Signature expired: " + time + " is now earlier than " +
                    to_basic_time(now - kSkewMax) + current + " - 15 min.)");
  }
  return {};
}

// What chooses the request's meaning must be signed: a signature must not carry over to another
// host or action.
Result<void> check_signed_headers(const Claims& claims, const SignedRequest& request) {
  const auto& names = claims.signed_headers;
  const auto is_signed = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!is_signed("host")) {
    return mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (find_header(request.headers, "x-amz-target") && !is_signed("x-amz-target")) {
    return mismatch("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
  }
  return {};
}

Result<void> check_key(const Key* key, const Claims& claims, TimePoint now) {
  if (key == nullptr || !is_same_secret(key->session_token, claims.session_token)) {
    return Error{errors::kInvalidClientTokenId, {}};
  }
  if (key->expires_at && now >= *key->expires_at) return Error{errors::kExpiredToken, {}};
  return {};
}

std::string cache_key(const Key& key, const std::string& scope) {
  return key.access_key + '/' + scope;
}

}  // namespace

bool is_same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Verifier::Verifier(std::vector<Key> keys) {
  for (auto& key : keys) {
    const std::string id = key.access_key;
    if (!keys_.emplace(id, std::make_shared<const Key>(std::move(key))).second) {
      throw std::invalid_argument("there are two keys \"" + id + "\"");
    }
  }
}

Result<KeyPtr> Verifier::check_claims(const Claims& claims, const SignedRequest& request,
                                      std::string_view service, TimePoint now) const {
  const auto found = keys_.find(claims.access_key);
  const KeyPtr key = found == keys_.end() ? nullptr : found->second;
  SQUIRE_CHECK(check_key(key.get(), claims, now));
  SQUIRE_CHECK(check_scope(claims, service));
  SQUIRE_CHECK(check_time(claims, now));
  SQUIRE_CHECK(check_signed_headers(claims, request));
  return key;
}

bool Verifier::recognizes(const SignedRequest& head, std::string_view service,
                          TimePoint now) const {
  const auto claims = read_claims(head);
  return claims.has_value() && check_claims(*claims, head, service, now).has_value();
}

Result<Verified> Verifier::verify(const SignedRequest& request, std::string_view service,
                                  TimePoint now) const {
  SQUIRE_TRY(const auto claims, read_claims(request));
  SQUIRE_TRY(const KeyPtr key, check_claims(claims, request, service, now));
  const auto scope = claims.scope();
  std::string text = "AWS4-HMAC-SHA256\n";
  text.append(to_basic_time(claims.signed_at)).append("\n").append(scope).append("\n");
  text += sha256_hex(canonical_request(request, claims.signed_headers));
  bool is_kept = false;
  const auto derived = signing_key(*key, scope, is_kept);
  if (!is_same_secret(hex_encode(view(hmac(view(derived), text))), claims.signature)) {
    return Error{errors::kSignatureDoesNotMatch, {}};
  }
  if (!is_kept) keep(*key, scope, derived);
  return Verified{key, claims.region};
}

Sha256 Verifier::signing_key(const Key& key, const std::string& scope, bool& is_kept) const {
  {
    Lock lock(mutex_);
    const auto at = derived_.find(cache_key(key, scope));
    is_kept = at != derived_.end();
    if (is_kept) return at->second;
  }
  std::string secret = "AWS4" + key.secret;
  std::string_view rest = scope;
  for (bool is_more = true; is_more;) {
    const auto end = std::min(rest.find('/'), rest.size());
    is_more = end < rest.size();
    secret = view(hmac(secret, rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  Sha256 derived;
  std::copy(secret.begin(), secret.end(), derived.begin());
  return derived;
}

void Verifier::keep(const Key& key, const std::string& scope, const Sha256& derived) const {
  Lock lock(mutex_);
  if (derived_.size() >= kDerivedMax) derived_.clear();
  derived_.emplace(cache_key(key, scope), derived);
}

}  // namespace squire::access
