#include "app/services.hpp"

#include "squire/sns/actions.hpp"
#include "squire/sqs/actions.hpp"
#include "squire/sts/actions.hpp"

namespace squire::app {

const std::vector<const service::Service*>& services() {
  static const std::vector<const service::Service*> kServices = {&sqs::service(), &sns::service(),
                                                                 &sts::service()};
  return kServices;
}

}  // namespace squire::app
