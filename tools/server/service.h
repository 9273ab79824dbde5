// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/connection.h"
#include "server/credentials.h"
#include "server/engines.h"
#include "server/grants.h"
#include "server/serveroptions.h"

namespace dg::server {

// Listens, checks each handshake as the service does, and keeps the connections. Made, used and
// destroyed on the loop's thread.
class Service final : public Connection::Owner {
 public:
  static Result<std::unique_ptr<Service>> make(GMainContext* loop, ServerOptions options,
                                               Journal& journal);
  ~Service();

  // For handshakes from now on.
  std::optional<Error> set_options(ServerOptions options);
  void act(std::size_t request, const Action& action);
  void act_on_all(const Action& action);
  // "ws://127.0.0.1:40123/v1/listen"
  std::string url() const;
  // PEM, if it speaks TLS.
  const std::string& authority() const { return authority_; }

 private:
  // A request that has not been answered in full.
  struct Handshake {
    Service* service = nullptr;
    Ptr<SoupServerMessage> message;
    Greeting greeting;
    std::string protocol;          // of the answer
    std::unique_ptr<Timer> delay;  // of the answer
  };

  // What a client may do, by what it showed: nothing, transcribe, or get a token as well.
  enum class Rights { None, Listen, All };

  Service(GMainContext* loop, Journal& journal);
  std::optional<Error> start();
  std::optional<Error> use_tls();
  std::optional<Error> listen();

  void receive(SoupServerMessage* message);
  void consider(Handshake& handshake);
  void grant(Handshake& handshake);
  std::optional<Refusal> read(Handshake& handshake);
  void apply_faults(Handshake& handshake);
  void shake(Handshake& handshake);
  Rights rights(Handshake& handshake) const;
  std::int64_t now() const;
  std::optional<Refusal> reserve(Greeting& greeting);
  void upgrade(Handshake& handshake);
  void drop(Handshake& handshake);
  void refuse(Handshake& handshake, const Refusal& refusal);
  void respond(Handshake& handshake, int status, const char* type, const std::string& body,
               Ending ending = Ending::Refused);
  void on_upgraded(Handshake& handshake);
  void forget(Handshake& handshake);

  std::unique_ptr<Dialogue> dialogue(Greeting& greeting, const AudioFormat& format,
                                     Dialogue::Listener& listener) override;
  std::vector<Connection*> open_connections() const;
  void on_gone(Connection& connection) override;
  void reap();
  void log(const std::string& line) const;

  GMainContext* const loop_;
  Journal& journal_;
  ServerOptions options_;
  Steps scenario_, faults_;  // of options_, parsed
  std::string authority_;
  Ptr<SoupServer> server_;
  Engines engines_;
  Grants grants_;
  int dialed_ = 0;  // handshakes for a connection so far
  std::list<Handshake> handshakes_;
  std::list<std::unique_ptr<Connection>> connections_, gone_;
  Timer reaper_;
};

}  // namespace dg::server
