// Who sent a request: AWS Signature Version 4, in the Authorization header or in the query string
// of a presigned URL. Source: "Signature Version 4 for API requests", IAM user guide.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "squire/access/policy.hpp"
#include "squire/core/clock.hpp"
#include "squire/core/digest.hpp"
#include "squire/core/error.hpp"
#include "squire/core/header.hpp"
#include "squire/core/keyed_hash.hpp"
#include "squire/core/mutex.hpp"

namespace squire::access {

// What a signature covers. All of it as it was sent: still percent-encoded, headers in their order.
struct SignedRequest {
  std::string_view method;
  std::string_view path;
  std::string_view query;
  std::span<const Header> headers;
  std::string_view body;
};

// An access key and whom it stands for.
struct Key {
  std::string access_key;
  std::string secret;
  Principal principal;
  std::string session_token = {};             // empty: none must be sent
  std::optional<TimePoint> expires_at = {};   // ExpiredToken from then on
  std::shared_ptr<const Policy> policy = {};  // identity policy; null: may do what his account may
};

using KeyPtr = std::shared_ptr<const Key>;

// A request whose signature is right.
struct Verified {
  KeyPtr key;
  std::string region;  // of the credential scope
};

// Whether the texts are equal, in a time that does not tell where they differ.
bool is_same_secret(std::string_view a, std::string_view b);

struct Claims;

// Knows the access keys and checks signatures by them. Thread-safe: the keys are constant, and the
// derived signing keys, which are good for a day, region and service each, are kept under a lock.
class Verifier {
 public:
  // Derived keys kept at most. Only requests with a right signature add one.
  static constexpr std::size_t kDerivedMax = 1024;

  // Throws std::invalid_argument if two keys have the same id.
  explicit Verifier(std::vector<Key> keys);

  // `now` is the time of the outside world. MissingAuthenticationToken if the request has no
  // signature at all; the other errors are IncompleteSignature, InvalidClientTokenId, ExpiredToken,
  // RequestExpired, SignatureDoesNotMatch and, for Signature Version 2, InvalidSecurity. What is
  // there twice is no whole signature: two readers could take two names from it.
  Result<Verified> verify(const SignedRequest& request, std::string_view service,
                          TimePoint now) const;

  // Whether a request whose body is still to come may turn out right: all that verify() asks but
  // the signature, which covers the body.
  bool recognizes(const SignedRequest& head, std::string_view service, TimePoint now) const;

 private:
  // The key that the claims name, if all but the signature is right.
  Result<KeyPtr> check_claims(const Claims& claims, const SignedRequest& request,
                              std::string_view service, TimePoint now) const;
  // Of the key and "<date>/<region>/<service>/aws4_request".
  Sha256 signing_key(const Key& key, const std::string& scope, bool& is_kept) const;
  void keep(const Key& key, const std::string& scope, const Sha256& derived) const;

  std::unordered_map<std::string, KeyPtr> keys_;  // by access key
  mutable Mutex mutex_{LockRank::Leaf};
  mutable std::unordered_map<std::string, Sha256, KeyedHash> derived_ GUARDED_BY(mutex_);
};

}  // namespace squire::access
