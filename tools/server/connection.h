// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/clientcommand.h"
#include "server/dialogue.h"
#include "server/gatedstream.h"
#include "server/journal.h"
#include "server/listenquery.h"
#include "server/outbox.h"
#include "server/player.h"
#include "server/recognizer.h"
#include "server/recording.h"
#include "server/serveroptions.h"
#include "server/unpacker.h"

namespace dg::server {

// What the handshake has settled.
struct Greeting {
  std::size_t request = 0;  // in the journal
  std::string request_id;
  ListenQuery query;
  Steps steps;
  ServerOptions options;
  std::optional<AudioFormat> format;   // nothing: the audio is in a container
  std::unique_ptr<Unpacker> unpacker;  // of coded audio
  UtteranceEnds utterance_ends = UtteranceEnds::Normal;
  SpeechStarts speech_starts = SpeechStarts::Normal;
  bool answers_finalize = true;
  std::string recording;           // name of its files
  std::unique_ptr<Engine> engine;  // null for recognizers that do not hear
};

// The other side gets a reset when it is closed.
void reset_on_close(GSocket* socket);

// One client from its upgrade to its end: its audio, its commands, its faults. Lives on the loop's
// thread.
class Connection final : public Dialogue::Listener {
 public:
  class Owner {
   public:
    // Makes what answers, once the format of the audio is known.
    virtual std::unique_ptr<Dialogue> dialogue(Greeting& greeting, const AudioFormat& format,
                                               Dialogue::Listener& listener) = 0;
    // There is nothing left of the connection. It may not be destroyed in this call.
    virtual void on_gone(Connection& connection) = 0;

   protected:
    ~Owner() = default;
  };

  Connection(GMainContext* loop, Greeting greeting, Journal& journal, Owner& owner);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Takes over what the handshake was made on.
  void open(Ptr<GIOStream> stream, Ptr<GSocket> socket, GUri* uri, const char* protocol);
  void act(const Action& action);
  // The server ends.
  void stop();
  std::size_t request() const { return greeting_.request; }
  // What it was, in a line.
  std::string summary() const;

 private:
  enum Hold : unsigned { Stuck = 1, Paced = 2, Busy = 4 };

  void on_say(std::string text) override;
  void on_heard() override;
  void on_finished() override;

  void receive(SoupWebsocketDataType type, std::span<const std::byte> bytes);
  void receive_text(std::string_view text);
  void receive_audio(std::span<const std::byte> bytes);
  void take_audio(std::span<const std::byte> bytes);
  bool learn_format(std::span<const std::byte>& bytes);
  void refuse_audio();
  void begin(const AudioFormat& format);
  void obey(const ClientCommand& command, std::string_view text);
  void finish(Ending ending);
  void time_out();
  void gone();
  void lost();

  void act_on(Event event);
  void say(std::string text);
  void send(const std::string& text);
  void send_metadata(const std::string& sha256);
  void close(int code, const std::string& reason, Ending ending);
  void write_raw(const std::string& bytes);
  void drop();
  void stall(const Stall& stall);
  void end(Ending ending, int code, const std::string& reason);
  void conclude();

  void hold(Hold why);
  void release(Hold why);
  void pace(std::size_t bytes);
  void watch_backlog();

  Nanos heard() const;
  std::string described(Ending ending) const;
  void update(const std::function<void(Seen&)>& change);

  Greeting greeting_;
  Journal& journal_;
  Owner& owner_;
  Player player_;
  std::optional<Recording> recording_;
  std::optional<AudioFormat> format_;
  Ptr<GChecksum> checksum_;

  Ptr<GSocket> socket_;
  std::optional<GatedStream> stream_;
  Ptr<SoupWebsocketConnection> socket_frames_;
  unsigned holds_ = 0;

  std::size_t frames_ = 0;   // of audio
  std::uint64_t bytes_ = 0;  // of it, decoded
  std::size_t sent_ = 0;
  bool finishing_ = false, ended_ = false, concluded_ = false, omits_metadata_ = false;
  Ending ending_ = Ending::Open;
  int close_code_ = 0;
  std::string close_reason_;
  std::int64_t read_until_ = 0;  // monotonic time that what was read is worth, in us

  Outbox outbox_;
  std::string farewell_frame_;  // that libsoup would not send
  Timer idle_, pace_, stall_, conclusion_, farewell_;
  std::unique_ptr<Dialogue> dialogue_;  // last: says things to the rest
};

}  // namespace dg::server
