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

const engine::RowKinds& row_kinds() {
  return engine::engine_row_kinds();  // no service has kinds of its own yet
}

}  // namespace squire::app
