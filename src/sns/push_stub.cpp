#include "sns/phone_numbers.hpp"
#include "sns/platform_endpoints.hpp"
#include "squire/sns/actions.hpp"
namespace squire::sns {
bool is_push_target(std::string_view arn) {
  return arn.find(":endpoint/") != arn.npos;
}
std::string platform_of(std::string_view) {
  return "GCM";
}
Result<PushTarget> find_push_target(const engine::Registry&, const std::string&) {
  return Error::not_found("Endpoint");
}
bool is_e164(std::string_view t) {
  return t.starts_with('+') && t.size() > 3;
}
bool is_opted_out(const engine::Registry&, std::string_view, std::string_view, std::string_view) {
  return false;
}
#define STUB(A)                                \
  Result<A::Response> A::run(Call&, Request) { \
    return Error::not_found("Nothing");        \
  }
#define STUB0(A, R)                     \
  Result<R> A::run(Call&, Request) {    \
    return Error::not_found("Nothing"); \
  }
STUB(CreatePlatformApplication)
STUB0(DeletePlatformApplication, NoOutput) STUB(GetPlatformApplicationAttributes)
    STUB0(SetPlatformApplicationAttributes, NoOutput) STUB(ListPlatformApplications)
        STUB(CreatePlatformEndpoint) STUB0(DeleteEndpoint, NoOutput) STUB(GetEndpointAttributes)
            STUB0(SetEndpointAttributes, NoOutput) STUB(ListEndpointsByPlatformApplication)
                STUB(GetSMSAttributes) STUB0(SetSMSAttributes, EmptyOutput)
                    STUB(CheckIfPhoneNumberIsOptedOut) STUB(ListPhoneNumbersOptedOut)
                        STUB0(OptInPhoneNumber, EmptyOutput)
                            STUB0(CreateSMSSandboxPhoneNumber, EmptyOutput)
                                STUB0(DeleteSMSSandboxPhoneNumber, EmptyOutput)
                                    STUB0(VerifySMSSandboxPhoneNumber, EmptyOutput)
                                        STUB(ListSMSSandboxPhoneNumbers)
                                            STUB(GetSMSSandboxAccountStatus)
                                                STUB(ListOriginationNumbers)
}  // namespace squire::sns
