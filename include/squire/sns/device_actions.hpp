// The actions of mobile push and SMS; actions.hpp lists them all.
#pragma once

#include "squire/sns/topic_actions.hpp"

namespace squire::sns {

struct PlatformApplicationArnRequest {
  std::string platform_application_arn;
  static constexpr auto fields() {
    using T = PlatformApplicationArnRequest;
    return std::tuple{required("PlatformApplicationArn", &T::platform_application_arn)};
  }
};

struct EndpointArnRequest {
  std::string endpoint_arn;
  static constexpr auto fields() {
    return std::tuple{required("EndpointArn", &EndpointArnRequest::endpoint_arn)};
  }
};

struct PhoneNumberRequest {
  std::string phone_number;
  static constexpr auto fields() {
    return std::tuple{required("phoneNumber", &PhoneNumberRequest::phone_number)};
  }
};

// ---- mobile push -------------------------------------------------------------------------------

struct CreatePlatformApplication {
  static constexpr std::string_view name = "CreatePlatformApplication";
  struct Request {
    std::string name;
    std::string platform;
    StringMap attributes;
    static constexpr auto fields() {
      return std::tuple{required("Name", &Request::name), required("Platform", &Request::platform),
                        required("Attributes", &Request::attributes)};
    }
  };
  struct Response {
    std::string platform_application_arn;
    static constexpr auto fields() {
      return std::tuple{field("PlatformApplicationArn", &Response::platform_application_arn)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct DeletePlatformApplication {
  static constexpr std::string_view name = "DeletePlatformApplication";
  using Request = PlatformApplicationArnRequest;
  static Result<NoOutput> run(Call& call, Request request);
};

struct GetPlatformApplicationAttributes {
  static constexpr std::string_view name = "GetPlatformApplicationAttributes";
  using Request = PlatformApplicationArnRequest;
  using Response = AttributesResponse;
  static Result<Response> run(Call& call, Request request);
};

struct SetPlatformApplicationAttributes {
  static constexpr std::string_view name = "SetPlatformApplicationAttributes";
  struct Request {
    std::string platform_application_arn;
    StringMap attributes;
    static constexpr auto fields() {
      return std::tuple{required("PlatformApplicationArn", &Request::platform_application_arn),
                        required("Attributes", &Request::attributes)};
    }
  };
  static Result<NoOutput> run(Call& call, Request request);
};

struct ListPlatformApplications {
  static constexpr std::string_view name = "ListPlatformApplications";
  using Request = NextTokenRequest;
  struct PlatformApplication {
    std::string platform_application_arn;
    StringMap attributes;
    static constexpr auto fields() {
      using T = PlatformApplication;
      return std::tuple{field("PlatformApplicationArn", &T::platform_application_arn),
                        required("Attributes", &T::attributes)};
    }
  };
  struct Response {
    std::vector<PlatformApplication> platform_applications;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{required("PlatformApplications", &Response::platform_applications),
                        field("NextToken", &Response::next_token)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct CreatePlatformEndpoint {
  static constexpr std::string_view name = "CreatePlatformEndpoint";
  struct Request {
    std::string platform_application_arn;
    std::string token;
    std::optional<std::string> custom_user_data;
    StringMap attributes;
    static constexpr auto fields() {
      using T = Request;
      return std::tuple{required("PlatformApplicationArn", &T::platform_application_arn),
                        required("Token", &T::token), field("CustomUserData", &T::custom_user_data),
                        field("Attributes", &T::attributes)};
    }
  };
  struct Response {
    std::string endpoint_arn;
    static constexpr auto fields() {
      return std::tuple{field("EndpointArn", &Response::endpoint_arn)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct DeleteEndpoint {
  static constexpr std::string_view name = "DeleteEndpoint";
  using Request = EndpointArnRequest;
  static Result<NoOutput> run(Call& call, Request request);
};

struct GetEndpointAttributes {
  static constexpr std::string_view name = "GetEndpointAttributes";
  using Request = EndpointArnRequest;
  using Response = AttributesResponse;
  static Result<Response> run(Call& call, Request request);
};

struct SetEndpointAttributes {
  static constexpr std::string_view name = "SetEndpointAttributes";
  struct Request {
    std::string endpoint_arn;
    StringMap attributes;
    static constexpr auto fields() {
      return std::tuple{required("EndpointArn", &Request::endpoint_arn),
                        required("Attributes", &Request::attributes)};
    }
  };
  static Result<NoOutput> run(Call& call, Request request);
};

struct ListEndpointsByPlatformApplication {
  static constexpr std::string_view name = "ListEndpointsByPlatformApplication";
  struct Request {
    std::string platform_application_arn;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{required("PlatformApplicationArn", &Request::platform_application_arn),
                        field("NextToken", &Request::next_token)};
    }
  };
  struct Endpoint {
    std::string endpoint_arn;
    StringMap attributes;
    static constexpr auto fields() {
      return std::tuple{field("EndpointArn", &Endpoint::endpoint_arn),
                        required("Attributes", &Endpoint::attributes)};
    }
  };
  struct Response {
    std::vector<Endpoint> endpoints;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{required("Endpoints", &Response::endpoints),
                        field("NextToken", &Response::next_token)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

// ---- SMS ---------------------------------------------------------------------------------------
// Some names begin with a small letter: so does the model.

struct GetSMSAttributes {
  static constexpr std::string_view name = "GetSMSAttributes";
  struct Request {
    Strings attributes;
    static constexpr auto fields() { return std::tuple{field("attributes", &Request::attributes)}; }
  };
  struct Response {
    StringMap attributes;
    static constexpr auto fields() {
      return std::tuple{required("attributes", &Response::attributes)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct SetSMSAttributes {
  static constexpr std::string_view name = "SetSMSAttributes";
  struct Request {
    StringMap attributes;
    static constexpr auto fields() {
      return std::tuple{required("attributes", &Request::attributes)};
    }
  };
  static Result<EmptyOutput> run(Call& call, Request request);
};

struct CheckIfPhoneNumberIsOptedOut {
  static constexpr std::string_view name = "CheckIfPhoneNumberIsOptedOut";
  using Request = PhoneNumberRequest;
  struct Response {
    bool is_opted_out = false;
    static constexpr auto fields() {
      return std::tuple{field("isOptedOut", &Response::is_opted_out)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct ListPhoneNumbersOptedOut {
  static constexpr std::string_view name = "ListPhoneNumbersOptedOut";
  struct Request {
    std::string next_token;
    static constexpr auto fields() { return std::tuple{field("nextToken", &Request::next_token)}; }
  };
  struct Response {
    Strings phone_numbers;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{required("phoneNumbers", &Response::phone_numbers),
                        field("nextToken", &Response::next_token)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct OptInPhoneNumber {
  static constexpr std::string_view name = "OptInPhoneNumber";
  using Request = PhoneNumberRequest;
  static Result<EmptyOutput> run(Call& call, Request request);
};

struct CreateSMSSandboxPhoneNumber {
  static constexpr std::string_view name = "CreateSMSSandboxPhoneNumber";
  struct Request {
    std::string phone_number;
    std::optional<std::string> language_code;
    static constexpr auto fields() {
      return std::tuple{required("PhoneNumber", &Request::phone_number),
                        field("LanguageCode", &Request::language_code)};
    }
  };
  static Result<EmptyOutput> run(Call& call, Request request);
};

struct DeleteSMSSandboxPhoneNumber {
  static constexpr std::string_view name = "DeleteSMSSandboxPhoneNumber";
  struct Request {
    std::string phone_number;
    static constexpr auto fields() {
      return std::tuple{required("PhoneNumber", &Request::phone_number)};
    }
  };
  static Result<EmptyOutput> run(Call& call, Request request);
};

struct VerifySMSSandboxPhoneNumber {
  static constexpr std::string_view name = "VerifySMSSandboxPhoneNumber";
  struct Request {
    std::string phone_number;
    std::string one_time_password;
    static constexpr auto fields() {
      return std::tuple{required("PhoneNumber", &Request::phone_number),
                        required("OneTimePassword", &Request::one_time_password)};
    }
  };
  static Result<EmptyOutput> run(Call& call, Request request);
};

struct ListSMSSandboxPhoneNumbers {
  static constexpr std::string_view name = "ListSMSSandboxPhoneNumbers";
  struct Request {
    std::string next_token;
    std::optional<int> max_results;
    static constexpr auto fields() {
      return std::tuple{field("NextToken", &Request::next_token),
                        field("MaxResults", &Request::max_results)};
    }
  };
  struct PhoneNumber {
    std::string phone_number;
    std::string status;
    static constexpr auto fields() {
      return std::tuple{field("PhoneNumber", &PhoneNumber::phone_number),
                        field("Status", &PhoneNumber::status)};
    }
  };
  struct Response {
    std::vector<PhoneNumber> phone_numbers;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{required("PhoneNumbers", &Response::phone_numbers),
                        field("NextToken", &Response::next_token)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct GetSMSSandboxAccountStatus {
  static constexpr std::string_view name = "GetSMSSandboxAccountStatus";
  using Request = NoInput;
  struct Response {
    bool is_in_sandbox = true;
    static constexpr auto fields() {
      return std::tuple{required("IsInSandbox", &Response::is_in_sandbox)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

struct ListOriginationNumbers {
  static constexpr std::string_view name = "ListOriginationNumbers";
  using Request = ListSMSSandboxPhoneNumbers::Request;
  // What a laptop has none of: never in a list.
  struct PhoneNumberInformation {
    std::string phone_number;
    static constexpr auto fields() {
      return std::tuple{field("PhoneNumber", &PhoneNumberInformation::phone_number)};
    }
  };
  struct Response {
    std::vector<PhoneNumberInformation> phone_numbers;
    std::string next_token;
    static constexpr auto fields() {
      return std::tuple{required("PhoneNumbers", &Response::phone_numbers),
                        field("NextToken", &Response::next_token)};
    }
  };
  static Result<Response> run(Call& call, Request request);
};

}  // namespace squire::sns
