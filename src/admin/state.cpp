// The whole state as one file: export and import.
#include "admin/admin_request.hpp"
#include "admin/jobs.hpp"
#include "squire/service/temporary_files.hpp"
#include "squire/storage/maintenance.hpp"
#include "squire/storage/sqlite_journal.hpp"
#include "squire/storage/state_file.hpp"

namespace squire::admin {
namespace {

SiteReply export_state(engine::Broker& broker, std::shared_ptr<service::TemporaryFile> file) {
  broker.export_to(file->path());
  storage::compact_state(file->path(), broker.env().journal.kinds());
  SiteReply reply;
  reply.content_type = "application/vnd.sqlite3";
  reply.headers = "Content-Disposition: attachment; filename=\"state.squire\"\r\n";
  reply.file = std::move(file);
  return reply;
}

Json to_json(const storage::StateCounts& counts) {
  return {{"queues", counts.queues},
          {"messages", counts.messages},
          {"topics", counts.topics},
          {"subscriptions", counts.subscriptions},
          {"pendingDeliveries", counts.pending_deliveries},
          {"archivedMessages", counts.archived_messages}};
}

SiteReply refuse_import(unsigned status, std::string_view why) {
  return refuse(status, "Nothing was imported: " + std::string(why));
}

SiteReply import_state(engine::Broker& broker, AdminSite& site, service::TemporaryFile& file) {
  file.close();  // SQLite wants no other handle on it
  if (!file.error().empty()) return refuse_import(503, file.error());
  storage::StateCounts counts;
  try {
    counts = storage::check_state(file.path(), broker.env().journal.kinds());
  } catch (const storage::StorageError& error) {
    return refuse_import(400, error.what());
  }
  try {
    broker.import_from(file.path());
  } catch (const std::exception& error) {
    return refuse_import(503, error.what());
  }
  site.end_test();
  auto imported = reply(to_json(counts));
  imported.ticket = broker.env().journal.last_ticket();
  return imported;
}

}  // namespace

SiteReply refuse_state(AdminRequest& asked) {
  if (asked.request.path == kImportPath) {
    return refuse(400, "Send a file that GET /_squire/export gave: curl -T state.squire <url>");
  }
  if (asked.settings.files && asked.request.method == "GET") {
    return refuse(503,
                  "Others have not read their exports to the end, or send imports; there may be "
                  "no more at a time than the setting exports_max says; ask again");
  }
  return refuse(404, "There is no directory in which a file could be made; ask with GET");
}

std::unique_ptr<service::AdminExchange> make_state_job(AdminRequest& asked, Jobs& jobs,
                                                       std::shared_ptr<Waiter> waiter) {
  auto& broker = asked.broker;
  if (asked.request.path == kExportPath && asked.request.method == "GET" && asked.settings.files) {
    auto file = asked.settings.files->make_one_of(asked.settings.exports_max);
    if (!file) return nullptr;
    return jobs.start(
        "an export", [&broker, file = std::move(file)] { return export_state(broker, file); },
        std::move(waiter));
  }
  if (is_import(asked.request.method, asked.request.path) && asked.request.body_file) {
    return jobs.start(
        "an import",
        [&broker, &site = asked.site, file = asked.request.body_file] {
          return import_state(broker, site, *file);
        },
        std::move(waiter));
  }
  return nullptr;
}

bool is_import(std::string_view method, std::string_view path) {
  return path == kImportPath && (method == "PUT" || method == "POST");
}

}  // namespace squire::admin
