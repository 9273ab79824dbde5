// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/connection.h"

#include <algorithm>
#include <cstdio>
#include <sys/socket.h>

#include "base/overloaded.h"
#include "server/faults.h"
#include "server/messagewriter.h"
#include "server/servedmodel.h"
#include "server/wav.h"

namespace dg::server {
namespace {

// Of audio, before a slow recognizer: a server that does not read for long is taken for dead.
constexpr Nanos kMostWaiting = std::chrono::seconds(60);
constexpr std::size_t kLargestFrame = 64 << 20;
constexpr int kNormal = SOUP_WEBSOCKET_CLOSE_NORMAL;
constexpr int kServerError = SOUP_WEBSOCKET_CLOSE_SERVER_ERROR;

std::string now() {
  Ptr<GDateTime> time(g_date_time_new_now_utc());
  std::string text = Ptr<char>(g_date_time_format(time.get(), "%Y-%m-%dT%H:%M:%S.%f")).get();
  return text.substr(0, text.size() - 3) + "Z";
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

// It makes 1002 of any other.
bool libsoup_sends(int code) {
  return code >= 3000 || (code <= 1011 && code != 1004);
}

std::string close_frame(int code, std::string reason) {
  constexpr std::size_t kLongest = 123;  // RFC 6455, section 5.5, less the code
  reason.resize(std::min(reason.size(), kLongest));
  std::string frame = "\x88";
  frame += static_cast<char>(reason.size() + 2);
  frame += static_cast<char>(code >> 8);
  frame += static_cast<char>(code & 0xFF);
  return frame + reason;
}

}  // namespace

void reset_on_close(GSocket* socket) {
  linger reset{1, 0};
  setsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

Connection::Connection(GMainContext* loop, Greeting greeting, Journal& journal, Owner& owner)
    : greeting_(std::move(greeting)),
      journal_(journal),
      owner_(owner),
      player_(greeting_.steps),
      checksum_(g_checksum_new(G_CHECKSUM_SHA256)),
      outbox_(loop),
      idle_(loop, [this] { time_out(); }),
      pace_(loop, [this] { release(Paced); }),
      stall_(loop,
             [this] {
               release(Stuck);
               outbox_.resume();
             }),
      conclusion_(loop, [this] { conclude(); }),
      // Behind all that libsoup has to write.
      farewell_(
          loop, [this] { write_raw(farewell_frame_); }, G_PRIORITY_DEFAULT_IDLE) {
  if (greeting_.options.record_dir.empty()) return;
  auto recording =
      Recording::make(greeting_.options.record_dir, greeting_.request_id, greeting_.format);
  if (recording) recording_.emplace(std::move(*recording));
}

Connection::~Connection() {
  if (ended_) conclude();
  if (socket_frames_) g_signal_handlers_disconnect_by_data(socket_frames_.get(), this);
  if (stream_) g_io_stream_close(stream_->stream(), nullptr, nullptr);
}

void Connection::open(Ptr<GIOStream> stream, Ptr<GSocket> socket, GUri* uri, const char* protocol) {
  socket_ = std::move(socket);
  stream_.emplace(std::move(stream));
  socket_frames_.reset(soup_websocket_connection_new(
      stream_->stream(), uri, SOUP_WEBSOCKET_CONNECTION_SERVER, nullptr, protocol, nullptr));
  soup_websocket_connection_set_max_incoming_payload_size(socket_frames_.get(), kLargestFrame);
  auto on_message = +[](SoupWebsocketConnection*, int type, GBytes* bytes, Connection* self) {
    gsize size = 0;
    auto* data = static_cast<const std::byte*>(g_bytes_get_data(bytes, &size));
    self->receive(static_cast<SoupWebsocketDataType>(type), {data, size});
  };
  auto on_closed = +[](SoupWebsocketConnection*, Connection* self) { self->gone(); };
  g_signal_connect(socket_frames_.get(), "message", G_CALLBACK(on_message), this);
  g_signal_connect(socket_frames_.get(), "closed", G_CALLBACK(on_closed), this);
  idle_.set(greeting_.options.idle_timeout);
  update(
      [&](Seen& seen) { seen.numerals = std::get<bool>(greeting_.query.options.at("numerals")); });
  if (greeting_.format)
    begin(greeting_.unpacker ? greeting_.unpacker->format() : *greeting_.format);
  act_on(Event::Open);
}

void Connection::act(const Action& action) {
  if (ended_) return;
  std::visit(overloaded{
                 [&](const SendText& it) {
                   std::string text = replaced(it.text, "$request_id", greeting_.request_id);
                   outbox_.put([this, text] { send(text); });
                 },
                 [&](const SendBytes& it) { write_raw(it.bytes); },
                 [&](SendResults it) {
                   it.results.request_id = greeting_.request_id;
                   it.results.model =
                       served_model(std::get<std::string>(greeting_.query.options.at("model")));
                   if (std::get<bool>(greeting_.query.options.at("multichannel")))
                     it.results.channel.count = greeting_.query.channels;
                   say(write(it.results));
                 },
                 [&](const CloseWith& it) { close(it.code, it.reason, Ending::Fault); },
                 [&](const Drop&) { drop(); },
                 [&](const End&) {
                   g_socket_shutdown(socket_.get(), FALSE, TRUE, nullptr);
                   end(Ending::Fault, 0, "");
                 },
                 [&](const Stall& it) { stall(it); },
                 [&](const DelayResults& it) { outbox_.delay(it.time); },
                 [&](const Omit& it) {
                   omits_metadata_ = omits_metadata_ || it.what == Omitted::Metadata;
                 },
                 // These were for the handshake.
                 [](const Refuse&) {},
                 [](const Hang&) {},
                 [](const DelayHandshake&) {},
                 [](const SetUtteranceEnds&) {},
                 [](const SetSpeechStarts&) {},
             },
             action);
}

void Connection::stop() {
  if (!ended_) end(Ending::Stopped, 0, "");
  if (dialogue_) dialogue_->abandon();
}

// With a callback the results go there, which is nowhere here: what matters to a client is that
// they do not come back.
void Connection::on_say(std::string text) {
  if (!greeting_.query.options.is_set("callback")) say(std::move(text));
}

void Connection::on_heard() {
  watch_backlog();
}

void Connection::on_finished() {
  outbox_.put([this] {
    if (greeting_.options.recognizer != RecognizerKind::Count)
      send_metadata(g_checksum_get_string(checksum_.get()));
    close(kNormal, "", ending_);
  });
}

void Connection::receive(SoupWebsocketDataType type, std::span<const std::byte> bytes) {
  if (ended_ || finishing_) return;
  if (type == SOUP_WEBSOCKET_DATA_TEXT)
    receive_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  else if (!bytes.empty())
    receive_audio(bytes);
  else
    finish(Ending::EmptyFrame);
}

void Connection::receive_text(std::string_view text) {
  std::int64_t position = format_ ? format_->samples_in(bytes_) : 0;
  update([&](Seen& seen) { seen.commands.push_back({std::string(text), position}); });
  if (recording_) recording_->text("in", text);
  // On a connection that never had audio, commands do not count.
  if (frames_ > 0) idle_.set(greeting_.options.idle_timeout);
  obey(parse_command(text), text);
}

void Connection::receive_audio(std::span<const std::byte> bytes) {
  idle_.set(greeting_.options.idle_timeout);
  update([&](Seen& seen) {
    ++seen.binary_frames;
    seen.bytes += bytes.size();
    if (!greeting_.options.keep_audio) return;
    seen.audio.insert(seen.audio.end(), bytes.begin(), bytes.end());
    seen.frame_sizes.push_back(bytes.size());
  });
  if (recording_) recording_->audio(bytes);
  g_checksum_update(checksum_.get(), reinterpret_cast<const guchar*>(bytes.data()),
                    static_cast<gssize>(bytes.size()));
  bool first = frames_++ == 0;
  if (first) act_on(Event::Audio);
  if (!ended_ && (format_ || learn_format(bytes))) take_audio(bytes);
}

void Connection::take_audio(std::span<const std::byte> bytes) {
  std::vector<std::byte> decoded;
  if (greeting_.unpacker) {
    auto unpacked = greeting_.unpacker->unpack(bytes);
    if (!unpacked) return refuse_audio();
    bytes = decoded = std::move(*unpacked);
  }
  bytes_ += bytes.size();
  dialogue_->hear(bytes);
  watch_backlog();
  pace(bytes.size());
  for (const Action& action : player_.reached(heard())) act(action);
}

// The first frame of a container has its header.
bool Connection::learn_format(std::span<const std::byte>& bytes) {
  auto header = parse_wav_header(bytes);
  if (!header) {
    refuse_audio();
    return false;
  }
  bytes = bytes.subspan(header->size);
  begin(header->format);
  return true;
}

void Connection::refuse_audio() {
  close(SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, close_reason("@DATA-0000"), Ending::Fault);
}

void Connection::begin(const AudioFormat& format) {
  format_ = format;
  dialogue_ = owner_.dialogue(greeting_, format, *this);
  dialogue_->open();
}

void Connection::obey(const ClientCommand& command, std::string_view text) {
  std::visit(overloaded{
                 [&](KeepAlive) { act_on(Event::KeepAlive); },
                 [&](Finalize it) {
                   if (dialogue_) dialogue_->finalize(it.channel);
                   act_on(Event::Finalize);
                 },
                 [&](CloseStream) { finish(Ending::CloseStream); },
                 [&](Configure it) {
                   if (it.numerals) update([&](Seen& seen) { seen.numerals = *it.numerals; });
                   act_on(Event::Configure);
                 },
                 [](Sync) {},
                 [&](const NoCommand& it) {
                   if (greeting_.options.recognizer == RecognizerKind::Count)
                     return close(kServerError, "Invalid frame sent", Ending::Fault);
                   say(write(ServiceError{"SchemaError", it.description, std::string(text)}));
                 },
             },
             command);
}

void Connection::finish(Ending ending) {
  if (ending == Ending::EmptyFrame) update([](Seen& seen) { ++seen.empty_frames; });
  finishing_ = true;
  ending_ = ending;
  idle_.off();
  act_on(Event::Close);
  if (ended_) return;
  if (dialogue_)
    dialogue_->finish();
  else
    on_finished();
}

void Connection::time_out() {
  if (ended_) return;
  send_metadata("incomplete");
  close(kServerError, close_reason("@NET-0001"), Ending::Idle);
}

void Connection::gone() {
  if (!ended_) lost();
  owner_.on_gone(*this);
}

void Connection::lost() {
  int code = soup_websocket_connection_get_close_code(socket_frames_.get());
  const char* reason = soup_websocket_connection_get_close_data(socket_frames_.get());
  bool by_frame = code != 0 && code != SOUP_WEBSOCKET_CLOSE_ABNORMAL;
  end(by_frame ? Ending::ClosedByClient : Ending::Lost, code, reason ? reason : "");
}

void Connection::act_on(Event event) {
  for (const Action& action : player_.on(event)) act(action);
}

void Connection::say(std::string text) {
  outbox_.put([this, text = std::move(text)] { send(text); });
}

void Connection::send(const std::string& text) {
  bool open =
      soup_websocket_connection_get_state(socket_frames_.get()) == SOUP_WEBSOCKET_STATE_OPEN;
  if (ended_ || !open) return;
  soup_websocket_connection_send_text(socket_frames_.get(), text.c_str());
  ++sent_;
  update([](Seen& seen) { ++seen.messages_sent; });
  if (recording_) recording_->text("out", text);
}

void Connection::send_metadata(const std::string& sha256) {
  if (omits_metadata_) return;
  const ListenQuery& query = greeting_.query;
  Metadata metadata{greeting_.request_id, sha256, now(), heard(), query.channels, {}, {}, {}};
  metadata.extra = query.extra();
  metadata.tags = std::get<std::vector<std::string>>(query.options.at("tag"));
  if (frames_ > 0)
    metadata.models = {served_model(std::get<std::string>(query.options.at("model")))};
  send(write(metadata));
}

void Connection::close(int code, const std::string& reason, Ending ending) {
  if (ended_) return;
  if (soup_websocket_connection_get_state(socket_frames_.get()) != SOUP_WEBSOCKET_STATE_OPEN)
    return end(ending, code, reason);
  if (libsoup_sends(code)) {
    soup_websocket_connection_close(socket_frames_.get(), static_cast<gushort>(code),
                                    reason.empty() ? nullptr : reason.c_str());
  } else {
    farewell_frame_ = close_frame(code, reason);
    farewell_.wake();
  }
  end(ending, code, reason);
}

// Straight onto the stream.
void Connection::write_raw(const std::string& bytes) {
  GOutputStream* out = g_io_stream_get_output_stream(stream_->stream());
  g_pollable_output_stream_write_nonblocking(G_POLLABLE_OUTPUT_STREAM(out), bytes.data(),
                                             bytes.size(), nullptr, nullptr);
}

void Connection::drop() {
  reset_on_close(socket_.get());
  g_socket_close(socket_.get(), nullptr);
  end(Ending::Fault, 0, "");
  owner_.on_gone(*this);
}

void Connection::stall(const Stall& stall) {
  if (stall.what == Stalled::Reading)
    hold(Stuck);
  else
    outbox_.stall();
  if (stall.time) stall_.set(*stall.time);
}

// The dialogue may be what calls: it goes at the loop's next turn, and with it its decoder. Only
// then is the end told, so that who waits for it can have the decoder.
void Connection::end(Ending ending, int code, const std::string& reason) {
  ended_ = true;
  ending_ = ending;
  close_code_ = code;
  close_reason_ = reason;
  idle_.off();
  conclusion_.wake();
}

void Connection::conclude() {
  if (concluded_) return;
  concluded_ = true;
  dialogue_.reset();
  greeting_.engine.reset();
  if (recording_) recording_->end(described(ending_));
  update([&](Seen& seen) {
    seen.ending = ending_;
    seen.close_code = close_code_;
    seen.close_reason = close_reason_;
  });
}

void Connection::hold(Hold why) {
  holds_ |= why;
  stream_->shut();
}

void Connection::release(Hold why) {
  holds_ &= ~static_cast<unsigned>(why);
  if (holds_ == 0 && stream_) stream_->open();
}

void Connection::pace(std::size_t bytes) {
  double rate = greeting_.options.max_rate;
  if (rate <= 0) return;
  std::int64_t now_us = g_get_monotonic_time();
  double seconds =
      static_cast<double>(bytes) / static_cast<double>(format_->bytes_per_sample()) / format_->rate;
  read_until_ = std::max(read_until_, now_us) + static_cast<std::int64_t>(seconds / rate * 1e6);
  hold(Paced);
  pace_.set(std::chrono::microseconds(read_until_ - now_us));
}

void Connection::watch_backlog() {
  if (!dialogue_ || !format_ || ended_) return;
  auto samples = format_->samples_in(dialogue_->waiting());
  if (samples > format_->samples_in(kMostWaiting))
    hold(Busy);
  else if (holds_ & Busy)
    release(Busy);
}

Nanos Connection::heard() const {
  return format_ ? format_->duration_of(format_->samples_in(bytes_)) : Nanos(0);
}

std::string Connection::described(Ending ending) const {
  char text[160];
  double seconds = std::chrono::duration<double>(heard()).count();
  std::snprintf(text, sizeof text, "%s after %.1f s of audio, %zu messages", ending_name(ending),
                seconds, sent_);
  return text;
}

std::string Connection::summary() const {
  std::string encoding = greeting_.query.encoding.empty() ? "container" : greeting_.query.encoding;
  return greeting_.request_id + " " + encoding + " " + std::to_string(greeting_.query.rate) + " x" +
         std::to_string(greeting_.query.channels) + ": " + described(ending_);
}

void Connection::update(const std::function<void(Seen&)>& change) {
  journal_.update(greeting_.request, change);
}

}  // namespace dg::server
