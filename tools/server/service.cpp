// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/service.h"

#include <algorithm>

#include "base/overloaded.h"
#include "server/certificate.h"
#include "server/countdialogue.h"
#include "server/faults.h"
#include "server/scenario.h"
#include "server/servedmodel.h"
#include "server/speechdialogue.h"

namespace dg::server {
namespace {

constexpr int kBacklog = 1024;
constexpr char kPath[] = "/v1/listen";
constexpr char kGrantPath[] = "/v1/auth/grant";
constexpr char kRequestId[] = "dg-request-id";

const char* request_header(SoupServerMessage* message, const char* name) {
  return soup_message_headers_get_list(soup_server_message_get_request_headers(message), name);
}

Pairs all_headers(SoupServerMessage* message) {
  Pairs headers;
  soup_message_headers_foreach(
      soup_server_message_get_request_headers(message),
      [](const char* name, const char* value, gpointer to) {
        static_cast<Pairs*>(to)->emplace_back(name, value);
      },
      &headers);
  return headers;
}

bool wants_upgrade(SoupServerMessage* message) {
  SoupMessageHeaders* headers = soup_server_message_get_request_headers(message);
  return soup_server_message_get_method(message) == SOUP_METHOD_GET &&
         soup_message_headers_header_contains(headers, "Connection", "upgrade") &&
         soup_message_headers_header_contains(headers, "Upgrade", "websocket");
}

// Headers are one line each.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  return text;
}

std::string new_uuid() {
  return Ptr<char>(g_uuid_string_random()).get();
}

// By time, as the starter kit names its recordings, and one for each connection.
std::string file_name(const std::string& request_id) {
  Ptr<GDateTime> now(g_date_time_new_now_local());
  return Ptr<char>(g_date_time_format(now.get(), "%Y%m%d_%H%M%S_")).get() + request_id.substr(0, 8);
}

Result<Steps> parse_faults(const std::vector<std::string>& texts) {
  Steps steps;
  for (const std::string& text : texts) {
    auto step = parse_fault(text);
    if (!step) return step.error();
    steps.push_back(*step);
  }
  return steps;
}

// Text and number of an address that can be bound.
Result<Ptr<GSocketAddress>> address_of(const std::string& host, int port) {
  Ptr<GSocketAddress> address(
      g_inet_socket_address_new_from_string(host.c_str(), static_cast<guint>(port)));
  if (!address) return Error{"\"" + host + "\" is no IP address"};
  return address;
}

}  // namespace

Result<std::unique_ptr<Service>> Service::make(GMainContext* loop, ServerOptions options,
                                               Journal& journal) {
  std::unique_ptr<Service> service(new Service(loop, journal));
  if (auto error = service->set_options(std::move(options))) return *error;
  if (auto error = service->start()) return *error;
  return service;
}

Service::Service(GMainContext* loop, Journal& journal)
    : loop_(loop), journal_(journal), reaper_(loop, [this] { reap(); }) {}

Service::~Service() {
  // All are told before the first is waited for.
  for (auto& connection : connections_) {
    connection->stop();
    log(connection->summary());
  }
  connections_.clear();
  for (Handshake& handshake : handshakes_)
    g_signal_handlers_disconnect_by_data(handshake.message.get(), &handshake);
  if (server_) soup_server_disconnect(server_.get());
}

std::optional<Error> Service::set_options(ServerOptions options) {
  if (auto error = engines_.check(options)) return error;
  auto faults = parse_faults(options.faults);
  if (!faults) return faults.error();
  Steps scenario;
  if (!options.scenario.empty()) {
    auto parsed = parse_scenario(options.scenario);
    if (!parsed) return Error{"scenario: " + parsed.error().text};
    scenario = std::move(*parsed);
  }
  options_ = std::move(options);
  faults_ = std::move(*faults);
  scenario_ = std::move(scenario);
  return std::nullopt;
}

std::optional<Error> Service::start() {
  server_.reset(soup_server_new("server-header", "gst-deepgram-server", nullptr));
  auto on_started = +[](SoupServer*, SoupServerMessage* message, gpointer) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), kRequestId,
                                 new_uuid().c_str());
  };
  g_signal_connect(server_.get(), "request-started", G_CALLBACK(on_started), nullptr);
  soup_server_add_handler(
      server_.get(), nullptr,
      [](SoupServer*, SoupServerMessage* message, const char*, GHashTable*, gpointer self) {
        static_cast<Service*>(self)->receive(message);
      },
      this, nullptr);
  if (options_.tls)
    if (auto error = use_tls()) return error;
  return listen();
}

std::optional<Error> Service::use_tls() {
  auto made = make_certificate(options_.tls_names);
  if (!made) return made.error();
  std::string pem = made->certificate + made->key;
  Ptr<GError> error;
  Ptr<GTlsCertificate> certificate(g_tls_certificate_new_from_pem(pem.c_str(), -1, Out(error)));
  if (!certificate) return Error{error->message};
  soup_server_set_tls_certificate(server_.get(), certificate.get());
  authority_ = made->authority;
  return std::nullopt;
}

// On a socket of our own: libsoup's has room for ten clients that have not been accepted yet.
std::optional<Error> Service::listen() {
  auto address = address_of(options_.host, options_.port);
  if (!address) return address.error();
  Ptr<GError> error;
  Ptr<GSocket> socket(g_socket_new(g_socket_address_get_family(address->get()),
                                   G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, Out(error)));
  if (!socket) return Error{error->message};
  g_socket_set_listen_backlog(socket.get(), kBacklog);
  auto flags = options_.tls ? SOUP_SERVER_LISTEN_HTTPS : SoupServerListenOptions(0);
  bool listens = g_socket_bind(socket.get(), address->get(), TRUE, Out(error)) &&
                 g_socket_listen(socket.get(), Out(error)) &&
                 soup_server_listen_socket(server_.get(), socket.get(), flags, Out(error));
  if (!listens) return Error{error->message};
  return std::nullopt;
}

std::string Service::url() const {
  GSList* uris = soup_server_get_uris(server_.get());
  int port = uris ? g_uri_get_port(static_cast<GUri*>(uris->data)) : 0;
  g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
  std::string host = options_.host == "0.0.0.0" ? "127.0.0.1" : options_.host;
  if (host.find(':') != host.npos) host = "[" + host + "]";
  return (options_.tls ? "wss://" : "ws://") + host + ":" + std::to_string(port) + kPath;
}

void Service::act(std::size_t request, const Action& action) {
  for (Connection* connection : open_connections())
    if (connection->request() == request) connection->act(action);
}

void Service::act_on_all(const Action& action) {
  for (Connection* connection : open_connections()) connection->act(action);
}

// A copy, since what is done to a connection may end it.
std::vector<Connection*> Service::open_connections() const {
  std::vector<Connection*> open;
  for (auto& connection : connections_) open.push_back(connection.get());
  return open;
}

void Service::receive(SoupServerMessage* message) {
  GUri* uri = soup_server_message_get_uri(message);
  auto query = split_query(g_uri_get_query(uri));
  Handshake& handshake = handshakes_.emplace_back();
  handshake.service = this;
  handshake.message = share(message);
  Greeting& greeting = handshake.greeting;
  greeting.options = options_;
  greeting.request_id =
      soup_message_headers_get_one(soup_server_message_get_response_headers(message), kRequestId);
  Seen seen;
  seen.path = g_uri_get_path(uri);
  seen.query = query.value_or(Pairs());
  seen.headers = all_headers(message);
  seen.request_id = greeting.request_id;
  greeting.recording = file_name(greeting.request_id);
  greeting.request = journal_.begin(std::move(seen));
  auto on_finished = +[](SoupServerMessage*, Handshake* it) { it->service->forget(*it); };
  g_signal_connect(message, "finished", G_CALLBACK(on_finished), &handshake);
  consider(handshake);
}

void Service::consider(Handshake& handshake) {
  SoupServerMessage* message = handshake.message.get();
  std::string path = g_uri_get_path(soup_server_message_get_uri(message));
  if (path == kGrantPath) return grant(handshake);
  if (path != kPath) return refuse(handshake, refusal_for(404));
  if (!wants_upgrade(message))
    return respond(handshake, 400, "text/plain", "Connection header did not include 'upgrade'");
  if (auto refusal = read(handshake)) return refuse(handshake, *refusal);
  apply_faults(handshake);
}

// https://developers.deepgram.com/reference/auth/tokens/grant
void Service::grant(Handshake& handshake) {
  SoupServerMessage* message = handshake.message.get();
  if (soup_server_message_get_method(message) != SOUP_METHOD_POST)
    return refuse(handshake, refusal_for(405));
  Rights allowed = rights(handshake);
  if (allowed == Rights::None) return refuse(handshake, refusal_for(401));
  if (allowed != Rights::All)
    return refuse(handshake, {403, "FORBIDDEN", "Insufficient permissions.", {}});
  Ptr<GBytes> body(soup_message_body_flatten(soup_server_message_get_request_body(message)));
  gsize size = 0;
  auto* text = static_cast<const char*>(g_bytes_get_data(body.get(), &size));
  auto lifetime = read_lifetime({text, size});
  if (auto* refusal = std::get_if<Refusal>(&lifetime)) return refuse(handshake, *refusal);
  int seconds = std::get<int>(lifetime);
  respond(handshake, 200, "application/json",
          "{\"access_token\":\"" + grants_.issue(seconds, now()) +
              "\",\"expires_in\":" + std::to_string(seconds) + "}",
          Ending::Granted);
}

std::optional<Refusal> Service::read(Handshake& handshake) {
  GUri* uri = soup_server_message_get_uri(handshake.message.get());
  auto pairs = split_query(g_uri_get_query(uri));
  if (!pairs) return Refusal{400, "INVALID_QUERY_PARAMETER", "The query cannot be decoded.", {}};
  auto read = read_query(*pairs, options_.strict ? UnknownNames::Refuse : UnknownNames::Accept);
  if (auto* refusal = std::get_if<Refusal>(&read)) return *refusal;
  Greeting& greeting = handshake.greeting;
  greeting.query = std::get<ListenQuery>(std::move(read));
  int number = ++dialed_;
  auto take = [&](const Steps& steps) {
    for (const Step& step : steps)
      if (step.connection == 0 || step.connection == number) greeting.steps.push_back(step);
  };
  take(scenario_);
  take(greeting.query.faults);
  if (options_.faulty_connections < 0 || number <= options_.faulty_connections) take(faults_);
  return std::nullopt;
}

void Service::apply_faults(Handshake& handshake) {
  Greeting& greeting = handshake.greeting;
  std::optional<Nanos> delay;
  std::optional<Refusal> refusal;
  bool hangs = false, drops = false;
  for (const Action& action : Player(greeting.steps).on(Event::Handshake)) {
    if (auto* it = std::get_if<Refuse>(&action)) {
      refusal = refusal_for(it->status);
      refusal->retry_after = it->retry_after;
      if (!it->message.empty()) refusal->message = it->message;
    }
    if (auto* it = std::get_if<DelayHandshake>(&action)) delay = it->time;
    if (auto* it = std::get_if<Omit>(&action))
      greeting.answers_finalize = it->what != Omitted::FinalizeReply;
    if (auto* it = std::get_if<SetUtteranceEnds>(&action)) greeting.utterance_ends = it->kind;
    if (auto* it = std::get_if<SetSpeechStarts>(&action)) greeting.speech_starts = it->kind;
    hangs = hangs || std::holds_alternative<Hang>(action);
    drops = drops || std::holds_alternative<Drop>(action);
  }
  if (drops) return drop(handshake);
  if (refusal) return refuse(handshake, *refusal);
  if (!hangs && !delay) return shake(handshake);
  soup_server_message_pause(handshake.message.get());
  if (hangs)
    return journal_.update(greeting.request, [](Seen& seen) { seen.ending = Ending::Unanswered; });
  handshake.delay = std::make_unique<Timer>(loop_, [this, &handshake] {
    shake(handshake);
    soup_server_message_unpause(handshake.message.get());
  });
  handshake.delay->set(*delay);
}

void Service::shake(Handshake& handshake) {
  if (rights(handshake) == Rights::None) return refuse(handshake, refusal_for(401));
  if (auto refusal = reserve(handshake.greeting)) return refuse(handshake, *refusal);
  upgrade(handshake);
}

Service::Rights Service::rights(Handshake& handshake) const {
  SoupServerMessage* message = handshake.message.get();
  auto credentials = read_credentials(request_header(message, "Authorization"),
                                      request_header(message, "Sec-WebSocket-Protocol"));
  if (credentials) handshake.protocol = credentials->protocol;
  const std::vector<std::string>& keys = options_.api_keys;
  if (keys.empty()) return Rights::All;
  if (!credentials) return Rights::None;
  if (std::find(keys.begin(), keys.end(), credentials->secret) != keys.end()) return Rights::All;
  bool honored = credentials->bearer && grants_.honor(credentials->secret, now());
  return honored ? Rights::Listen : Rights::None;
}

std::int64_t Service::now() const {
  return options_.clock ? options_.clock() : g_get_real_time() / G_USEC_PER_SEC;
}

std::optional<Refusal> Service::reserve(Greeting& greeting) {
  const ListenQuery& query = greeting.query;
  RecognizerKind kind = greeting.options.recognizer;
  greeting.format = query.format();
  if (kind == RecognizerKind::Script || kind == RecognizerKind::Count) {
    // They only count; where they cannot know, as if it were the usual format.
    if (!greeting.format || greeting.format->is_packets()) greeting.format = AudioFormat{};
    return std::nullopt;
  }
  bool packets = greeting.format && greeting.format->is_packets();
  if (packets) greeting.unpacker = Unpacker::make(*greeting.format);
  if (packets ? !greeting.unpacker : !greeting.format && !query.encoding.empty())
    return Refusal{400,
                   "Bad Request",
                   "Bad Request: the service takes " + query.encoding + ", this server does not.",
                   {}};
  bool multichannel = std::get<bool>(query.options.at("multichannel"));
  greeting.engine = engines_.reserve(greeting.options, multichannel ? query.channels : 1);
  return greeting.engine ? std::nullopt : std::optional(refusal_for(429));
}

void Service::upgrade(Handshake& handshake) {
  SoupServerMessage* message = handshake.message.get();
  if (!handshake.protocol.empty())
    soup_message_headers_append(soup_server_message_get_response_headers(message),
                                "Sec-WebSocket-Protocol", handshake.protocol.c_str());
  bool fine = soup_websocket_server_process_handshake(message, nullptr, nullptr, nullptr, nullptr);
  int status = static_cast<int>(soup_server_message_get_status(message));
  journal_.update(handshake.greeting.request, [&](Seen& seen) {
    seen.status = status;
    if (!fine) seen.ending = Ending::Refused;
  });
  if (!fine) return;
  auto on_upgraded = +[](SoupServerMessage*, Handshake* it) { it->service->on_upgraded(*it); };
  g_signal_connect(message, "wrote-informational", G_CALLBACK(on_upgraded), &handshake);
}

void Service::on_upgraded(Handshake& handshake) {
  Ptr<SoupServerMessage> message = std::move(handshake.message);
  g_signal_handlers_disconnect_by_data(message.get(), &handshake);
  Ptr<GSocket> socket = share(soup_server_message_get_socket(message.get()));
  Ptr<GUri> uri(g_uri_ref(soup_server_message_get_uri(message.get())));
  std::string protocol = handshake.protocol;
  Ptr<GIOStream> stream(soup_server_message_steal_connection(message.get()));
  connections_.push_back(
      std::make_unique<Connection>(loop_, std::move(handshake.greeting), journal_, *this));
  handshakes_.remove_if([&](const Handshake& it) { return &it == &handshake; });
  connections_.back()->open(std::move(stream), std::move(socket), uri.get(),
                            protocol.empty() ? nullptr : protocol.c_str());
}

void Service::refuse(Handshake& handshake, const Refusal& refusal) {
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(handshake.message.get());
  soup_message_headers_replace(headers, "dg-error", one_line(refusal.message).c_str());
  if (refusal.retry_after)
    soup_message_headers_replace(headers, "Retry-After",
                                 std::to_string(*refusal.retry_after).c_str());
  respond(handshake, refusal.status, "application/json",
          body_of(refusal, handshake.greeting.request_id));
}

void Service::drop(Handshake& handshake) {
  journal_.update(handshake.greeting.request, [](Seen& seen) { seen.ending = Ending::Fault; });
  Ptr<SoupServerMessage> message = share(handshake.message.get());  // `handshake` ends in here
  reset_on_close(soup_server_message_get_socket(message.get()));
  Ptr<GIOStream> stream(soup_server_message_steal_connection(message.get()));
  g_io_stream_close(stream.get(), nullptr, nullptr);
}

void Service::respond(Handshake& handshake, int status, const char* type, const std::string& body,
                      Ending ending) {
  SoupServerMessage* message = handshake.message.get();
  soup_server_message_set_status(message, static_cast<guint>(status), phrase_of(status).c_str());
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, body.data(), body.size());
  // A client may wait for that, and libsoup's server does not notice when one has gone.
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection",
                               "close");
  journal_.update(handshake.greeting.request, [&](Seen& seen) {
    seen.status = status;
    seen.ending = ending;
  });
  log(handshake.greeting.request_id + " " + ending_name(ending) + ": " + std::to_string(status));
}

void Service::forget(Handshake& handshake) {
  g_signal_handlers_disconnect_by_data(handshake.message.get(), &handshake);
  handshakes_.remove_if([&](const Handshake& it) { return &it == &handshake; });
}

std::unique_ptr<Dialogue> Service::dialogue(Greeting& greeting, const AudioFormat& format,
                                            Dialogue::Listener& listener) {
  const ListenQuery& query = greeting.query;
  if (greeting.options.recognizer == RecognizerKind::Script)
    return std::make_unique<ScriptDialogue>(listener);
  if (greeting.options.recognizer == RecognizerKind::Count)
    return std::make_unique<CountDialogue>(
        query, greeting.options.record_dir.empty() ? "" : greeting.recording + ".raw", listener);
  SpeechDialogue::Setup setup;
  setup.format = format;
  setup.split =
      std::get<bool>(query.options.at("multichannel")) ? Split::PerChannel : Split::MixedDown;
  setup.settings = track_settings(query.options);
  setup.settings.interim_step = greeting.options.interim_step;
  setup.settings.utterance_ends = greeting.utterance_ends;
  setup.settings.speech_starts = greeting.speech_starts;
  setup.settings.answers_finalize = greeting.answers_finalize;
  setup.source = {greeting.request_id,
                  served_model(std::get<std::string>(query.options.at("model"))), query.extra()};
  setup.engine = std::move(greeting.engine);
  return std::make_unique<SpeechDialogue>(loop_, std::move(setup), listener);
}

void Service::on_gone(Connection& connection) {
  auto at = std::find_if(connections_.begin(), connections_.end(),
                         [&](const auto& one) { return one.get() == &connection; });
  if (at == connections_.end()) return;
  log(connection.summary());
  gone_.splice(gone_.end(), connections_, at);
  reaper_.wake();
}

void Service::reap() {
  gone_.clear();
}

void Service::log(const std::string& line) const {
  if (options_.log) options_.log(line);
}

}  // namespace dg::server
