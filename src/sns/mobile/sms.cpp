// SMS settings, and the numbers that do not want any.
#include <algorithm>
#include <array>

#include "sns/api/paging.hpp"
#include "sns/mobile/phone_numbers.hpp"
#include "squire/core/ascii.hpp"
#include "squire/core/text.hpp"
#include "squire/engine/registry.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {
namespace {

using Kind = engine::RegistryRow::Kind;

constexpr std::array<std::string_view, 6> kAttributes = {
    "MonthlySpendLimit", "DeliveryStatusIAMRole", "DeliveryStatusSuccessSamplingRate",
    "DefaultSenderID",   "DefaultSMSType",        "UsageReportS3Bucket"};

std::string key_of(const Call& call) {
  return account_key(call.identity.account, call.identity.region);
}

bool is_sender_id(std::string_view text) {
  return text.size() <= 11 && std::all_of(text.begin(), text.end(), is_letter_or_digit) &&
         std::any_of(text.begin(), text.end(), is_letter);
}

bool is_attribute_value(std::string_view name, std::string_view value) {
  if (value.empty()) return true;
  if (name == "MonthlySpendLimit") return parse_integer(value).value_or(-1) >= 0;
  if (name == "DeliveryStatusSuccessSamplingRate") {
    const auto rate = parse_integer(value);
    return rate && *rate >= 0 && *rate <= 100;
  }
  if (name == "DefaultSenderID") return is_sender_id(value);
  if (name == "DefaultSMSType") return value == "Promotional" || value == "Transactional";
  return true;
}

Result<void> check_attribute_name(const std::string& name) {
  if (std::find(kAttributes.begin(), kAttributes.end(), name) != kAttributes.end()) return {};
  return Error{errors::kInvalidParameter, name + " is not a valid attribute"};
}

Result<void> check_phone_number(const std::string& number) {
  if (is_e164(number)) return {};
  return errors::invalid_parameter("PhoneNumber", "input incorrectly formatted");
}

}  // namespace

bool is_e164(std::string_view text) {
  return text.size() >= 3 && text.size() <= 16 && text[0] == '+' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string account_key(std::string_view account, std::string_view region) {
  std::string key(account);
  return key.append("/").append(region).append("/");
}

bool is_opted_out(const engine::Registry& registry, std::string_view account,
                  std::string_view region, std::string_view number) {
  return registry.find(Kind::OptedOutNumber, account_key(account, region).append(number))
      .has_value();
}

Result<GetSMSAttributes::Response> GetSMSAttributes::run(Call& call, Request request) {
  for (const auto& name : request.attributes) {
    SQUIRE_CHECK(check_attribute_name(name));
  }
  auto attributes = call.broker.store<engine::Registry>()
                        .find(Kind::SmsAccount, key_of(call))
                        .value_or(StringMap());
  attributes.try_emplace("MonthlySpendLimit", "1");
  if (!request.attributes.empty()) {
    std::erase_if(attributes, [&](const auto& entry) {
      return std::find(request.attributes.begin(), request.attributes.end(), entry.first) ==
             request.attributes.end();
    });
  }
  return Response{std::move(attributes)};
}

Result<EmptyOutput> SetSMSAttributes::run(Call& call, Request request) {
  for (const auto& [name, value] : request.attributes) {
    SQUIRE_CHECK(check_attribute_name(name));
    if (!is_attribute_value(name, value)) {
      return Error{errors::kInvalidParameter, name + " is invalid"};
    }
  }
  SQUIRE_TRY(const auto ticket, call.broker.store<engine::Registry>().edit(
                                    Kind::SmsAccount, key_of(call),
                                    [&](const StringMap* existing) -> Result<StringMap> {
                                      StringMap changed = existing ? *existing : StringMap();
                                      for (const auto& [name, value] : request.attributes) {
                                        changed.insert_or_assign(name, value);
                                      }
                                      return changed;
                                    }));
  call.wait_for(ticket);
  return EmptyOutput{};
}

Result<CheckIfPhoneNumberIsOptedOut::Response> CheckIfPhoneNumberIsOptedOut::run(Call& call,
                                                                                 Request request) {
  SQUIRE_CHECK(check_phone_number(request.phone_number));
  return Response{is_opted_out(call.broker.store<engine::Registry>(), call.identity.account,
                               call.identity.region, request.phone_number)};
}

Result<ListPhoneNumbersOptedOut::Response> ListPhoneNumbersOptedOut::run(Call& call,
                                                                         Request request) {
  const auto prefix = key_of(call);
  const auto key = [](const engine::Registry::Entry& entry) { return entry.first; };
  SQUIRE_TRY(const auto page,
             take_page(call.broker.store<engine::Registry>().list(Kind::OptedOutNumber, prefix),
                       key, request.next_token));
  Response response{{}, page.next_token};
  for (const auto& entry : page.items) {
    response.phone_numbers.push_back(entry.first.substr(prefix.size()));
  }
  return response;
}

Result<EmptyOutput> OptInPhoneNumber::run(Call& call, Request request) {
  SQUIRE_CHECK(check_phone_number(request.phone_number));
  call.wait_for(call.broker.store<engine::Registry>().remove(Kind::OptedOutNumber,
                                                             key_of(call) + request.phone_number));
  return EmptyOutput{};
}

}  // namespace squire::sns
