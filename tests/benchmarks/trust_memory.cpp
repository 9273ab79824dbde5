// SPDX-License-Identifier: LGPL-2.1-or-later
// What a verified connection costs in memory, with GIO's own database of the system's roots and
// with ours. The server is another process.
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <glib-unix.h>
#include <openssl/x509.h>

#include "net/certificates.h"
#include "net/loop.h"
#include "net/recorder.h"
#include "net/soupserver.h"
#include "net/soupwebsocket.h"
#include "net/tls.h"
#include "net/truststore.h"

namespace dg {
namespace {

constexpr std::size_t kConnections = 50;

// Serves until the other end of `life` is closed.
void serve(const Authority& authority, int address, int life) {
  Loop loop;
  GTlsCertificate* certificate = authority.issue("IP:127.0.0.1");
  TestServer server(certificate);
  std::string url = server.url() + "\n";
  if (write(address, url.data(), url.size()) < 0) return;
  bool ended = false;
  auto on_end = +[](int, GIOCondition, gpointer flag) -> gboolean {
    *static_cast<bool*>(flag) = true;
    return G_SOURCE_REMOVE;
  };
  GSource* watch = g_unix_fd_source_new(life, G_IO_HUP);
  g_source_set_callback(watch, G_SOURCE_FUNC(on_end), &ended, nullptr);
  g_source_attach(watch, loop.context());
  while (!ended) g_main_context_iteration(loop.context(), TRUE);
  g_source_unref(watch);
}

long resident_kilobytes() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

struct Client {
  Recorder seen;
  std::unique_ptr<SoupWebSocket> socket;
};

// Kilobytes a connection; nothing if there is none.
std::optional<long> measure(const std::string& url, GTlsDatabase* database) {
  Loop loop;
  std::vector<std::unique_ptr<Client>> clients;
  auto connect = [&] {
    auto client = std::make_unique<Client>();
    client->socket = std::make_unique<SoupWebSocket>(SocketLimits{});
    Request request{url, {}};
    request.tls = std::make_shared<Tls>(Tls{shared(database), nullptr});
    client->socket->open(request, client->seen);
    Recorder& seen = client->seen;
    clients.push_back(std::move(client));
    return loop.run_until([&] { return seen.opened || !seen.losses.empty(); }) && seen.opened;
  };
  if (!connect()) return std::nullopt;  // what is loaded once is not counted
  long before = resident_kilobytes();
  for (std::size_t i = 0; i < kConnections; ++i)
    if (!connect()) return std::nullopt;
  return (resident_kilobytes() - before) / static_cast<long>(kConnections);
}

// The system's roots and one more.
std::string roots(const Authority& authority) {
  std::ostringstream text;
  text << std::ifstream(X509_get_default_cert_file()).rdbuf() << authority.root().pem();
  return text.str();
}

int compare(const Authority& authority, const std::string& url) {
  std::string file = std::string(authority.file()) + ".roots";
  std::ofstream(file) << roots(authority);
  Ptr<GTlsDatabase> ours = trust_store(file.c_str());
  Ptr<GTlsDatabase> gio(g_tls_file_database_new(file.c_str(), nullptr));
  std::optional<long> with_ours = measure(url, ours.get());
  std::optional<long> with_gio = measure(url, gio.get());
  std::remove(file.c_str());
  if (!with_ours || !with_gio) return 1;
  std::printf("KiB a connection: %ld with our database, %ld with GIO's\n", *with_ours, *with_gio);
  return 0;
}

int run() {
  Authority authority;
  int address[2], life[2];
  if (pipe(address) != 0 || pipe(life) != 0) return 1;
  pid_t child = fork();
  if (child == 0) {
    close(life[1]);
    serve(authority, address[1], life[0]);
    _exit(0);
  }
  char url[200] = "";
  ssize_t size = read(address[0], url, sizeof url);
  int status =
      size > 1 ? compare(authority, std::string(url, static_cast<std::size_t>(size - 1))) : 1;
  close(life[1]);
  waitpid(child, nullptr, 0);
  return status;
}

}  // namespace
}  // namespace dg

int main() {
  return dg::run();
}
