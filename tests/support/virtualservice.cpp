// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/virtualservice.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "core/command.h"
#include "support/packets.h"

namespace dg::testing {
namespace {

using Sample = std::uint16_t;

// All words, once.
const std::vector<Sample>& all_words() {
  static const std::vector<Sample> samples = [] {
    std::vector<Sample> made(std::size_t{kWords} * kWordEvery);
    for (std::int64_t word = 0; word < kWords; ++word) {
      auto first = made.begin() + word * kWordEvery + kWordFrom;
      std::iota(first, first + kWordSamples, static_cast<Sample>(word * kWordSamples + 1));
    }
    return made;
  }();
  return samples;
}

int number_in(const std::string& url, const std::string& key, int otherwise) {
  auto at = url.find(key + '=');
  return at == url.npos ? otherwise : std::atoi(url.c_str() + at + key.size() + 1);
}

}  // namespace

std::vector<std::byte> virtual_audio(std::int64_t from, std::int64_t samples) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(samples) * 2);
  const std::vector<Sample>& words = all_words();
  for (std::size_t done = 0; done < bytes.size();) {
    std::size_t at = static_cast<std::size_t>(from) % words.size();
    std::size_t part = std::min((words.size() - at) * sizeof(Sample), bytes.size() - done);
    std::memcpy(bytes.data() + done, words.data() + at, part);
    done += part;
    from += static_cast<std::int64_t>(part / sizeof(Sample));
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
    service_.seen_.urls.push_back(request.url);
    numerals_ = request.url.find("numerals=true") != std::string::npos;
    rate_ = number_in(request.url, "sample_rate", kVirtualFormat.rate);
    layout_ = number_in(request.url, "channels", 1);
    channels_ = request.url.find("multichannel=true") == std::string::npos ? 1 : layout_;
    packets_ = request.url.find("encoding=flac") != std::string::npos;
    interim_every_ = service_.interim_every * rate_;
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
    service_.seen_.numerals = numerals_;
    written_ += static_cast<std::int64_t>(audio.size());
    if (!is(VirtualFault::Kind::Freeze)) acknowledged_ = written_;
    if (packets_) audio = unpacked(audio);
    auto frames = static_cast<double>(audio.size() / sizeof(Sample)) / layout_;
    if (service_.speed > 0)
      heard_by_ = std::max(heard_by_, service_.time_.now()) +
                  std::chrono::duration_cast<Nanos>(
                      std::chrono::duration<double>(frames / rate_ / service_.speed));
    std::vector<Sample> samples(audio.size() / sizeof(Sample));
    std::memcpy(samples.data(), audio.data(), samples.size() * sizeof(Sample));
    auto every = static_cast<std::size_t>(layout_);
    for (std::size_t i = 0; i < samples.size() / every; ++i) samples[i] = samples[i * every];
    samples.resize(samples.size() / every);
    for (std::span<const Sample> left = samples; !left.empty();) {
      left = left.subspan(hear_on(left));
      if (left.empty()) return;
      hear(left.front());
      left = left.subspan(1);
      if (heard_ == fault_.after) break_down();
    }
  }

  void send(std::string_view text) override {
    if (closing_ || lost_) return;
    if (text == keep_alive_command()) ++service_.seen_.keepalives;
    if (text.starts_with(R"({"type":"Finalize")")) {
      ++service_.seen_.finalizes;
      service_.seen_.controls.emplace_back(text);
      tell(heard_, true, true);
    }
    for (bool numerals : {false, true}) {
      if (text != configure_command(numerals)) continue;
      service_.seen_.controls.emplace_back(text);
      numerals_ = numerals;
    }
    if (text == close_stream_command()) finish();
  }

 private:
  struct Heard {
    int word;
    std::int64_t from, to;
  };

  // The service needs the header first, on each connection, and then a packet a frame.
  std::span<const std::byte> unpacked(std::span<const std::byte> audio) {
    std::span<const std::byte> header = kPackets.header;
    if (!std::exchange(begun_, true)) {
      bool begins =
          audio.size() >= header.size() && std::equal(header.begin(), header.end(), audio.begin());
      audio = begins ? audio.subspan(header.size()) : std::span<const std::byte>();
    }
    std::int64_t samples = kPackets.samples_in(audio);
    if (samples > 0 && audio.size() == kPacketHead + static_cast<std::size_t>(samples) * 2)
      return audio.subspan(kPacketHead);
    ++service_.seen_.broken_packets;
    return {};
  }

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
    Nanos at = std::max({service_.time_.now() + service_.delay(), last_said_, heard_by_});
    last_said_ = at;
    if (!service_.answers || is_silent()) return;
    service_.time_.at(at, [alive = std::weak_ptr(alive_), this, text = std::move(text)] {
      if (!alive.lock() || lost_) return;
      last_text_ = text;
      listener_->on_text(text);
    });
  }

  void repeat() {
    later(service_.repeats_every, [this] {
      if (!last_text_.empty() && !lost_) listener_->on_text(last_text_);
      repeat();
    });
  }

  // As exact as Deepgram's times: of all rates here, these digits are.
  std::string seconds(std::int64_t samples) const {
    char text[32];
    double exact = static_cast<double>(samples) / rate_;
    return {text, std::to_chars(text, std::end(text), exact, std::chars_format::fixed, 4).ptr};
  }

  void greet() {
    ping();
    if (service_.repeats_every > Nanos(0)) repeat();
    listener_->on_open("request");
    if (service_.greeting.empty()) return;
    later(0ms, [this] { listener_->on_text(service_.greeting); });
  }

  void lose(const Loss& loss) {
    if (std::exchange(lost_, true)) return;
    listener_->on_lost(loss);
  }

  bool is_speaking() const { return offset_ >= 0 && offset_ < kWordSamples - 1; }

  // How many samples may be heard before one of which something may have to be said or done.
  std::int64_t calm() const {
    std::int64_t window = heard_ - window_;
    std::int64_t most = interim_every_ - window % interim_every_;
    if (fault_.after > heard_) most = std::min(most, fault_.after - heard_);
    if (!is_speaking() || window < next_final_) most = std::min(most, next_final_ - window);
    return std::max<std::int64_t>(most - 1, 0);
  }

  // Hears as many samples at once as only go on with a word, or with silence, and gives how many.
  std::size_t hear_on(std::span<const Sample> samples) {
    samples = samples.first(std::min(samples.size(), static_cast<std::size_t>(calm())));
    auto end = samples.begin();
    if (is_speaking()) {
      auto expected = all_words().begin() + word_ * kWordEvery + kWordFrom;
      auto rest = std::span(expected + offset_ + 1, expected + kWordSamples - 1);
      end = std::mismatch(samples.begin(), samples.end(), rest.begin(), rest.end()).first;
      offset_ += static_cast<int>(end - samples.begin());
    } else {
      end = std::find_if(samples.begin(), samples.end(), [](Sample value) { return value != 0; });
      if (end != samples.begin()) word_ = offset_ = -1;
    }
    heard_ += end - samples.begin();
    service_.seen_.samples += end - samples.begin();
    return static_cast<std::size_t>(end - samples.begin());
  }

  void hear(Sample value) {
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
    std::int64_t window = heard_ - window_;
    if (!is_speaking() && window >= next_final_) {
      tell(heard_, true, false);
    } else if (window > 0 && window % interim_every_ == 0) {
      tell(heard_, false, false);
    }
  }

  void tell(std::int64_t until, bool final, bool finalize) {
    if (finalize) word_ = offset_ = -1;  // a word that is not over is cut
    for (int channel = 0; channel < channels_; ++channel) tell(channel, until, final, finalize);
    if (!final) return;
    words_.clear();
    window_ = until;
    next_final_ = std::uniform_int_distribution<std::int64_t>(
        service_.shortest_final, service_.longest_final)(service_.random_);
  }

  // Who speaks on which channel takes turns.
  void tell(int channel, std::int64_t until, bool final, bool finalize) {
    std::string words, transcript;
    for (const Heard& heard : words_) {
      if (heard.word % channels_ != channel) continue;
      std::string word = "w" + std::to_string(heard.word);
      words += words.empty() ? R"({"word":")" : R"(,{"word":")";
      words += word;
      words += R"(","start":)";
      words += seconds(heard.from);
      words += R"(,"end":)";
      words += seconds(heard.to);
      words += '}';
      if (!transcript.empty()) transcript += ' ';
      transcript += word;
    }
    std::string text = R"({"type":"Results","channel_index":[)" + std::to_string(channel) + "," +
                       std::to_string(channels_) + R"(],"start":)" + seconds(window_) +
                       R"(,"duration":)" + seconds(until - window_) + R"(,"is_final":)" +
                       (final ? "true" : "false") +
                       (final && service_.ends_utterances ? R"(,"speech_final":true)" : "") +
                       (finalize ? R"(,"from_finalize":true)" : "") +
                       R"(,"channel":{"alternatives":[{"transcript":")" + transcript +
                       R"(","words":[)" + words + "]}]}}";
    if (words.empty() && !finalize && !closing_ && service_.speaks_of_words_only) return;
    if (final && service_.stutters) say(text);
    say(std::move(text));
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
  bool packets_ = false, begun_ = false;
  bool waiting_ = false, closing_ = false, lost_ = false;
  bool numerals_ = false;
  Nanos last_said_{}, heard_by_{};
  std::string last_text_;

  int rate_ = kVirtualFormat.rate;
  int layout_ = 1, channels_ = 1;  // of the audio, and those that are heard apart
  std::int64_t interim_every_ = rate_;
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
