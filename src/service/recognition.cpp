// What is asked of a request whose body is still to come.
#include <algorithm>

#include "squire/service/dispatcher.hpp"

namespace squire::service {

bool Dispatcher::recognizes(const HttpRequest& head) const {
  const auto* access = settings_.access;
  if (access == nullptr || access->is_admin(head.authorization)) return true;
  const auto question = std::min(head.target.find('?'), head.target.size());
  const access::SignedRequest request{
      head.method,
      head.target.substr(0, question),
      head.target.substr(std::min(question + 1, head.target.size())),
      head.headers,
      {}};
  return std::any_of(services_.begin(), services_.end(), [&](const Service* service) {
    return access->recognizes(request, service->name);
  });
}

}  // namespace squire::service
