#include "sns/policy_targets.hpp"
#include "sns/signer.hpp"
#include "squire/sns/actions.hpp"
#include "squire/sns/errors.hpp"

namespace squire::sns {

const service::Service& service() {
  static constexpr auto kTable = Actions::table();
  static_assert(kTable.size() == 42);
  static constexpr service::Service kService{"sns",
                                             "",
                                             "",
                                             "2010-03-31",
                                             "http://sns.amazonaws.com/doc/2010-03-31/",
                                             "http://sns.amazonaws.com/doc/2010-03-31/",
                                             kTable,
                                             wire::MissingRule::Constraint,
                                             false,
                                             {errors::kAuthorizationError, "SNS:", false},
                                             &policy_targets,
                                             &certificate_page};
  return kService;
}

}  // namespace squire::sns
