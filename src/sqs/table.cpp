#include "sqs/policy_targets.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sqs/errors.hpp"

namespace squire::sqs {

const service::Service& service() {
  static constexpr auto kTable = Actions::table();
  static constexpr service::Service kService{"sqs",
                                             "AmazonSQS",
                                             "com.amazonaws.sqs",
                                             "2012-11-05",
                                             "http://queue.amazonaws.com/doc/2012-11-05/",
                                             "http://queue.amazonaws.com/doc/2009-02-01/",
                                             kTable,
                                             wire::MissingRule::MissingParameter,
                                             true,
                                             {errors::kAccessDenied, "sqs:", true},
                                             &policy_targets};
  return kService;
}

}  // namespace squire::sqs
