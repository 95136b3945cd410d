// The SMS sandbox: numbers that are verified by a password sent to them, here into the outbox.
// Publishing does not ask for it: every number can be published to, since nothing leaves the
// machine.
#include <algorithm>
#include <array>

#include "sns/api/constraints.hpp"
#include "sns/api/paging.hpp"
#include "sns/mobile/phone_numbers.hpp"
#include "squire/core/text.hpp"
#include "squire/engine/outbox.hpp"
#include "squire/engine/registry.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using Kind = engine::RegistryRow::Kind;

constexpr std::size_t kNumbersMax = 10;
constexpr int kResultsMax = 100;
constexpr int kOriginationResultsMax = 30;
constexpr std::chrono::hours kDeleteDelay{24};
constexpr std::chrono::hours kPasswordLifetime{24};
constexpr std::array<std::string_view, 13> kLanguages = {
    "en-US", "en-GB", "es-419", "es-ES", "de-DE", "fr-CA", "fr-FR",
    "it-IT", "ja-JP", "pt-BR",  "kr-KR", "zh-CN", "zh-TW"};

std::string key_of(const Call& call, const std::string& number) {
  return account_key(call.identity.account, call.identity.region) + number;
}

// The model's pattern, and what makes it a number one can send to.
Result<void> check_phone_number(const std::string& number) {
  const bool is_modelled =
      number.size() <= 20 && number.size() >= 9 && number[0] == '+' &&
      std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_modelled) return {};
  return constraint_error(
      number, "phoneNumber",
      R"(Member must satisfy regular expression pattern: ^(\+[0-9]{8,}|[0-9]{0,9})$)");
}

Result<void> check_results_max(std::optional<int> max_results, int max) {
  if (!max_results || (*max_results >= 1 && *max_results <= max)) return {};
  return constraint_error(
      std::to_string(*max_results), "maxResults",
      *max_results < 1 ? "Member must have value greater than or equal to 1"
                       : "Member must have value less than or equal to " + std::to_string(max));
}

Error no_such_number() {
  return {errors::kResourceNotFound, "The phone number does not exist in the SMS sandbox"};
}

// Six digits from random bytes.
std::string make_password(Call& call) {
  std::string digits;
  for (const char c : call.broker.env().ids.secret(6)) {
    digits += static_cast<char>('0' + static_cast<unsigned char>(c) % 10);
  }
  return digits;
}

TimePoint read_time(const StringMap& attributes) {
  return to_time(parse_integer(attributes.at("ChangedAt")).value_or(0)).value_or(TimePoint());
}

}  // namespace

Result<EmptyOutput> CreateSMSSandboxPhoneNumber::run(Call& call, Request request) {
  SQUIRE_CHECK(check_phone_number(request.phone_number));
  if (request.language_code &&
      std::find(kLanguages.begin(), kLanguages.end(), *request.language_code) == kLanguages.end()) {
    return constraint_error(*request.language_code, "languageCode",
                            "Member must satisfy enum value set: [en-US, en-GB, es-419, es-ES, "
                            "de-DE, fr-CA, fr-FR, it-IT, ja-JP, pt-BR, kr-KR, zh-CN, zh-TW]");
  }
  auto& registry = call.broker.store<engine::Registry>();
  if (is_opted_out(registry, call.identity.account, call.identity.region, request.phone_number)) {
    return Error{errors::kOptedOut, {}};
  }
  const auto key = key_of(call, request.phone_number);
  const bool is_known = registry.find(Kind::SandboxNumber, key).has_value();
  if (!is_known && registry.list(Kind::SandboxNumber, key_of(call, "")).size() >= kNumbersMax) {
    return Error{errors::kUserError, "Maximum number of destination phone numbers reached"};
  }
  const auto password = make_password(call);
  const auto now = std::to_string(call.broker.env().clock.now().time_since_epoch().count());
  SQUIRE_TRY(
      const auto ticket,
      registry.edit(Kind::SandboxNumber, key, [&](const StringMap* existing) -> Result<StringMap> {
        if (existing && existing->at("Status") == "Verified") {
          return Error{errors::kUserError, "The phone number is already verified"};
        }
        return StringMap{{"Status", "Pending"}, {"Password", password}, {"ChangedAt", now}};
      }));
  call.wait_for(ticket);
  engine::OutboxRow sms;
  sms.protocol = engine::DeliveryProtocol::Sms;
  sms.endpoint = request.phone_number;
  sms.message_id = call.broker.env().ids.next();
  sms.body = "Your AWS SNS SMS sandbox verification code is " + password;
  call.wait_for(call.broker.store<engine::Outbox>().add(std::move(sms)));
  return EmptyOutput{};
}

Result<EmptyOutput> VerifySMSSandboxPhoneNumber::run(Call& call, Request request) {
  SQUIRE_CHECK(check_phone_number(request.phone_number));
  const auto& password = request.one_time_password;
  if (password.size() < 5 || password.size() > 8) {
    return constraint_error(password, "oneTimePassword",
                            password.size() < 5
                                ? "Member must have length greater than or equal to 5"
                                : "Member must have length less than or equal to 8");
  }
  const bool is_modelled =
      std::all_of(password.begin(), password.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_modelled) {
    return constraint_error(password, "oneTimePassword",
                            "Member must satisfy regular expression pattern: ^[0-9]+$");
  }
  const auto now = call.broker.env().clock.now();
  SQUIRE_TRY(const auto ticket,
             call.broker.store<engine::Registry>().edit(
                 Kind::SandboxNumber, key_of(call, request.phone_number),
                 [&](const StringMap* existing) -> Result<StringMap> {
                   if (!existing) return no_such_number();
                   const bool is_over = existing->at("Status") == "Pending" &&
                                        now >= read_time(*existing) + kPasswordLifetime;
                   if (is_over || existing->at("Password") != password) {
                     return Error{errors::kVerification, "The one-time password is invalid"};
                   }
                   StringMap verified = *existing;
                   verified["Status"] = "Verified";
                   return verified;
                 }));
  call.wait_for(ticket);
  return EmptyOutput{};
}

Result<EmptyOutput> DeleteSMSSandboxPhoneNumber::run(Call& call, Request request) {
  SQUIRE_CHECK(check_phone_number(request.phone_number));
  auto& registry = call.broker.store<engine::Registry>();
  const auto key = key_of(call, request.phone_number);
  const auto existing = registry.find(Kind::SandboxNumber, key);
  if (!existing) return no_such_number();
  if (call.broker.env().clock.now() < read_time(*existing) + kDeleteDelay) {
    return Error{errors::kUserError,
                 "A phone number can be deleted 24 hours after it was added at the earliest"};
  }
  call.wait_for(registry.remove(Kind::SandboxNumber, key));
  return EmptyOutput{};
}

Result<ListSMSSandboxPhoneNumbers::Response> ListSMSSandboxPhoneNumbers::run(Call& call,
                                                                             Request request) {
  SQUIRE_CHECK(check_results_max(request.max_results, kResultsMax));
  const auto prefix = key_of(call, "");
  const auto key = [](const engine::Registry::Entry& entry) { return entry.first; };
  SQUIRE_TRY(const auto page,
             take_page(call.broker.store<engine::Registry>().list(Kind::SandboxNumber, prefix), key,
                       request.next_token,
                       static_cast<std::size_t>(request.max_results.value_or(kResultsMax))));
  Response response{{}, page.next_token};
  for (const auto& [number, attributes] : page.items) {
    response.phone_numbers.push_back({number.substr(prefix.size()), attributes.at("Status")});
  }
  return response;
}

Result<GetSMSSandboxAccountStatus::Response> GetSMSSandboxAccountStatus::run(Call&, Request) {
  return Response{false};
}

Result<ListOriginationNumbers::Response> ListOriginationNumbers::run(Call&, Request request) {
  SQUIRE_CHECK(check_results_max(request.max_results, kOriginationResultsMax));
  if (!request.next_token.empty()) return errors::invalid_parameter("NextToken");
  return Response{};
}

}  // namespace squire::sns
