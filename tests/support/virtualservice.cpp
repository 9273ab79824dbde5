// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/virtualservice.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/command.h"

namespace dg::testing {
namespace {

std::int16_t sample_at(std::int64_t sample) {
  std::int64_t offset = sample % kWordEvery - kWordFrom;
  if (offset < 0 || offset >= kWordSamples) return 0;
  std::int64_t word = sample / kWordEvery % kWords;
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(word * kWordSamples + offset + 1));
}

int rate_in(const std::string& url) {
  auto at = url.find("sample_rate=");
  return at == url.npos ? kVirtualFormat.rate : std::atoi(url.c_str() + at + 12);
}

}  // namespace

std::vector<std::byte> virtual_audio(std::int64_t from, std::int64_t samples) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(samples) * 2);
  for (std::int64_t i = 0; i < samples; ++i) {
    std::int16_t value = sample_at(from + i);
    std::memcpy(bytes.data() + i * 2, &value, 2);
  }
  return bytes;
}

bool VirtualTime::step() {
  if (events_.empty()) return false;
  auto next = events_.extract(events_.begin());
  now_ = std::max(now_, next.key());
  next.mapped()();
  return true;
}

class VirtualService::Socket final : public WebSocket {
 public:
  Socket(VirtualService& service, const SocketLimits& limits)
      : service_(service), limits_(limits) {}

  void open(const Request& request, Listener& listener) override {
    listener_ = &listener;
    rate_ = rate_in(request.url);
    fault_ = service_.fault(++service_.seen_.connections);
    if (fault_.kind == VirtualFault::Kind::NeverAnswer) return;
    Nanos answer = fault_.kind == VirtualFault::Kind::AnswerLate ? fault_.pause : 20ms;
    if (fault_.kind != VirtualFault::Kind::Refuse) return later(answer, [this] { greet(); });
    Loss loss;
    loss.cause = Cause::Http;
    loss.http_status = fault_.status;
    loss.retry_after = service_.retry_after;
    later(20ms, [this, loss] { lose(loss); });
  }

  Traffic traffic() override {
    return {static_cast<std::uint64_t>(acknowledged_), written_ - acknowledged_};
  }

  bool writable() override {
    if (is(VirtualFault::Kind::Freeze)) return false;
    bool stuck = fault_.kind == VirtualFault::Kind::StopReading && heard_ >= fault_.after;
    if (!stuck) return true;
    if (!std::exchange(waiting_, true))
      later(fault_.pause, [this] {
        fault_.kind = VirtualFault::Kind::None;
        waiting_ = false;
        listener_->on_writable();
      });
    return false;
  }

  void send(std::span<const std::byte> audio) override {
    if (closing_ || lost_) return;
    service_.seen_.empty_frames += audio.empty();
    written_ += static_cast<std::int64_t>(audio.size());
    if (!is(VirtualFault::Kind::Freeze)) acknowledged_ = written_;
    for (std::size_t i = 0; i + 1 < audio.size(); i += 2) {
      std::int16_t value = 0;
      std::memcpy(&value, audio.data() + i, 2);
      hear(static_cast<std::uint16_t>(value));
      if (heard_ == fault_.after) break_down();
    }
  }

  void send(std::string_view text) override {
    if (closing_ || lost_) return;
    if (text == keep_alive_command()) ++service_.seen_.keepalives;
    if (text == finalize_command()) {
      ++service_.seen_.finalizes;
      tell(heard_, true, true);
    }
    if (text == close_stream_command()) finish();
  }

 private:
  struct Heard {
    int word;
    std::int64_t from, to;
  };

  // Whether this is wrong with it now.
  bool is(VirtualFault::Kind kind) const { return fault_.kind == kind && heard_ >= fault_.after; }
  bool is_silent() const {
    return is(VirtualFault::Kind::Freeze) || is(VirtualFault::Kind::Vanish) ||
           is(VirtualFault::Kind::Mute);
  }

  void ping() {
    later(limits_.ping_interval, [this] {
      if (!is(VirtualFault::Kind::Freeze) && !is(VirtualFault::Kind::Vanish)) listener_->on_pong();
      ping();
    });
  }

  // Runs unless the socket is gone by then.
  void later(Nanos wait, std::function<void()> what) {
    service_.time_.after(wait, [alive = std::weak_ptr(alive_), what = std::move(what)] {
      if (alive.lock()) what();
    });
  }

  // Messages stay in order, whatever their delays.
  void say(std::string text) {
    Nanos at = std::max(service_.time_.now() + service_.delay(), last_said_);
    last_said_ = at;
    if (!service_.answers || is_silent()) return;
    service_.time_.at(at, [alive = std::weak_ptr(alive_), this, text = std::move(text)] {
      if (alive.lock() && !lost_) listener_->on_text(text);
    });
  }

  std::string seconds(std::int64_t samples) const {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", static_cast<double>(samples) / rate_);
    return text;
  }

  void greet() {
    ping();
    listener_->on_open("request");
    if (service_.greeting.empty()) return;
    later(0ms, [this] { listener_->on_text(service_.greeting); });
  }

  void lose(const Loss& loss) {
    if (std::exchange(lost_, true)) return;
    listener_->on_lost(loss);
  }

  void hear(std::uint16_t value) {
    std::int64_t at = heard_++;
    ++service_.seen_.samples;
    int word = value ? (value - 1) / static_cast<int>(kWordSamples) : -1;
    int offset = value ? (value - 1) % static_cast<int>(kWordSamples) : -1;
    bool goes_on = value && word == word_ && offset == offset_ + 1;
    if (value && (offset == 0 || goes_on)) {
      word_ = word;
      offset_ = offset;
      if (offset == kWordSamples - 1) words_.push_back({word, at - kWordSamples + 1, at + 1});
    } else {
      word_ = offset_ = -1;
    }
    bool speaking = offset_ >= 0 && offset_ < kWordSamples - 1;
    std::int64_t window = heard_ - window_;
    if (!speaking && window >= next_final_) {
      tell(heard_, true, false);
    } else if (window > 0 && window % rate_ == 0) {
      tell(heard_, false, false);
    }
  }

  void tell(std::int64_t until, bool final, bool finalize) {
    if (finalize) word_ = offset_ = -1;  // a word that is not over is cut
    std::string words, transcript;
    for (const Heard& heard : words_) {
      std::string word = "w" + std::to_string(heard.word);
      words += (words.empty() ? "" : ",") + std::string(R"({"word":")") + word + R"(","start":)" +
               seconds(heard.from) + R"(,"end":)" + seconds(heard.to) + R"(,"confidence":1})";
      transcript += (transcript.empty() ? "" : " ") + word;
    }
    say(R"({"type":"Results","channel_index":[0,1],"start":)" + seconds(window_) +
        R"(,"duration":)" + seconds(until - window_) + R"(,"is_final":)" +
        (final ? "true" : "false") + R"(,"speech_final":)" +
        (final && service_.ends_utterances ? "true" : "false") + R"(,"from_finalize":)" +
        (finalize ? "true" : "false") + R"(,"channel":{"alternatives":[{"transcript":")" +
        transcript + R"(","confidence":1,"words":[)" + words + "]}]}}");
    if (!final) return;
    words_.clear();
    window_ = until;
    next_final_ = std::uniform_int_distribution<std::int64_t>(500, 4000)(service_.random_);
  }

  void break_down() {
    switch (fault_.kind) {
      case VirtualFault::Kind::Drop:
        return later(10ms, [this] { lose({}); });
      case VirtualFault::Kind::Close: {
        Loss loss;
        loss.cause = Cause::Closed;
        loss.close_code = fault_.code;
        return later(10ms, [this, loss] { lose(loss); });
      }
      case VirtualFault::Kind::Garbage:
        say("{\"type\":");
        say("[1,2,3]");
        say(R"({"type":"News","x":{}})");
        return say(R"({"type":"Results","start":"soon"})");
      default:
        return;
    }
  }

  void finish() {
    ++service_.seen_.closes;
    closing_ = true;
    if (fault_.kind == VirtualFault::Kind::ForgetClose) return later(50ms, [this] { lose({}); });
    if (is(VirtualFault::Kind::Mute)) return later(5s, [this] { lose({}); });
    tell(heard_, true, false);
    if (fault_.kind != VirtualFault::Kind::NoMetadata)
      say(R"({"type":"Metadata","request_id":"request","duration":)" + seconds(heard_) +
          R"(,"channels":1})");
    if (!service_.answers || is_silent()) return;
    Loss loss;
    loss.cause = Cause::Closed;
    loss.close_code = 1000;
    service_.time_.at(last_said_, [alive = std::weak_ptr(alive_), this, loss] {
      if (alive.lock()) lose(loss);
    });
  }

  VirtualService& service_;
  const SocketLimits limits_;
  Listener* listener_ = nullptr;
  VirtualFault fault_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool waiting_ = false, closing_ = false, lost_ = false;
  Nanos last_said_{};

  int rate_ = kVirtualFormat.rate;
  std::int64_t written_ = 0, acknowledged_ = 0;
  std::int64_t heard_ = 0, window_ = 0, next_final_ = 2000;
  int word_ = -1, offset_ = -1;
  std::vector<Heard> words_;
};

std::unique_ptr<WebSocket> VirtualService::make_socket(const SocketLimits& limits) {
  socket_limits = limits;
  return std::make_unique<Socket>(*this, limits);
}

}  // namespace dg::testing
