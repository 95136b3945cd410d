#pragma once

#include <string>
#include <string_view>

namespace squire::sns {

// "arn:aws:lambda:us-east-1:000000000000:function:orders:live" → "orders".
std::string function_name(std::string_view arn);

// What a function gets for an envelope: one record (AWS Lambda Developer Guide, "Amazon
// SNS").
std::string to_lambda_event(const std::string& envelope, const std::string& subscription_arn);

}  // namespace squire::sns
