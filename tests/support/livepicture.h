// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/bench.h"

namespace dg {

// What a service is scripted to say of the audio, and when.
struct Say {
  Nanos at{};        // so much audio has come on this connection
  std::string text;  // its words side by side; none: the connection is lost instead
  Nanos start{}, duration{};
  bool final = true;
  int connection = 1;
  std::optional<int> speaker = std::nullopt;
};

std::string scenario_of(const std::vector<Say>& said);

// Words to be said: "w10" at 1 s, "w11" half a second later, and so on.
namespace counted {
inline constexpr Nanos kFirst = std::chrono::seconds(1), kLength = std::chrono::milliseconds(500);

inline std::string word(int number) {
  return "w" + std::to_string(10 + number);
}
inline Nanos start(int number) {
  return kFirst + number * kLength;
}
// What is said of those from `from` up to before `to`, so long after the last of them.
Say interim(int from, int to, Nanos delay);
Say final(int from, int to, Nanos delay);
}  // namespace counted

// A live pipeline with a video that waits for its captions, as textoverlay does unless told, on a
// clock of the test. A picture that is not there when it is due is a failure. The captions are
// drawn by a textoverlay behind a deepgramtranscribe, or by a deepgramoverlay called "c".
class LivePicture {
 public:
  static constexpr Nanos kFrame = std::chrono::milliseconds(40);
  struct Picture {
    Nanos at{};
    std::string text;        // that the text pad's buffers say is on
    bool changes = false;    // another begins before the next picture, and may be on
    std::uint64_t look = 0;  // alike for pictures that are alike
  };

  enum class By { Textoverlay, DeepgramOverlay };

  // `properties` are the transcriber's, `overlay` is what is set on what draws.
  LivePicture(std::vector<Say> said, std::map<std::string, std::string> properties,
              const std::string& overlay = "", By by = By::Textoverlay);

  Bench& bench() { return bench_; }
  Pipeline& pipeline() { return bench_.pipeline(); }
  // Lets the pipeline ask for its latency again, which is this now.
  void shown_after(Nanos latency);
  // Captures and shows until then; what is said of it is there before time goes on.
  void run_until(Nanos end);
  // From now on there are pictures only.
  void mute() { muted_ = true; }
  // What the clock says when a picture gets to where text is drawn on it.
  static Nanos drawn_at(const Picture& picture);
  // All that were shown.
  std::vector<Picture> pictures();
  // When a word was on for the first time; nothing if it was not.
  std::optional<Nanos> first_with(const std::string& word);

 private:
  static Bench::Setup setup(const std::vector<Say>& said,
                            std::map<std::string, std::string> properties,
                            const std::string& overlay, By by);
  void watch_screen();
  void push_picture(Nanos at);
  bool crank(guint pending, Nanos at);
  void capture();
  void await_results();
  void await_text(Nanos least);

  const std::vector<Say> said_;
  Ptr<GstClock> clock_;
  Mutex mutex_;
  std::vector<Picture> shown_ DG_GUARDED_BY(mutex_);
  Bench bench_;  // shows pictures until it is gone
  Nanos latency_{};
  const By by_;
  bool at_arrival_ = false, muted_ = false;
  Nanos now_{};                    // of the clock
  Nanos heard_{};                  // audio that was pushed
  Nanos next_capture_, next_due_;  // of the pictures
};

}  // namespace dg
