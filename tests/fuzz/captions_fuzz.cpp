// SPDX-License-Identifier: LGPL-2.1-or-later
// Any text at any time, in any order, on a clock that jumps: what leaves is in order, and all of it
// does. An input is a row of actions, a letter each with what it takes behind it.
#include <algorithm>
#include <functional>
#include <string>

#include "core/captions.h"
#include "fuzz/bytes.h"
#include "fuzz/target.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using testing::Bytes;
using testing::require;

constexpr std::int64_t kLatest = 1'000'000'000'000'000'000;  // ns, of a time in a message

// What no consumer may stumble over.
void check_clean(const std::string& text) {
  require(text.find("-->") == text.npos, "no text ends the timing line of a subtitle");
  require(text.find("\n\n") == text.npos, "no text has a blank line");
  require(text.find("  ") == text.npos && text.find(" \n") == text.npos &&
              text.find("\n ") == text.npos,
          "blanks are single");
  require(std::none_of(text.begin(), text.end(),
                       [](unsigned char c) { return (c < ' ' && c != '\n') || c == 0x7F; }),
          "no text has a control character");
  auto is_blank = [](char c) { return c == ' ' || c == '\n'; };
  require(text.empty() || (!is_blank(text.front()) && !is_blank(text.back())),
          "no text has blanks at its edges");
  require(clean(text) == text, "what is clean stays as it is");
}

// The characters of a text that are shown, whatever becomes of those between them.
std::size_t shown(const std::string& text) {
  auto hidden = [](unsigned char c) { return c <= ' ' || c == 0x7F || c == '-'; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), std::not_fn(hidden)));
}

class Screen {
 public:
  explicit Screen(Bytes& in) : in_(in), style_(style(in)), captions_(style_) {}

  void run() {
    while (!in_.empty()) act();
    captions_.close();
    release();
    if (!guesses()) require(left_ == taken_, "what came has left in the end");
  }

 private:
  static CaptionStyle style(Bytes& in) {
    CaptionStyle out;
    out.granularity = static_cast<Granularity>(in.number(1, 4));
    out.interims = static_cast<InterimStrategy>(in.number(0, 2));
    out.timing = in.flag() ? Timing::Arrival : Timing::Media;
    if (out.granularity != Granularity::Utterance)  // labels are no text that came
      out.labels = static_cast<SpeakerLabels>(in.number(0, 3));
    out.box = {static_cast<std::size_t>(in.number(1, 50)),
               static_cast<std::size_t>(in.number(1, 4))};
    out.pause = in.number(0, 2000) * 1ms;
    return out;
  }

  // Of an interim's word that was given out, the final's may be another.
  bool guesses() const {
    return style_.granularity != Granularity::Utterance &&
           style_.interims != InterimStrategy::Disabled;
  }

  void act() {
    switch (in_.byte()) {
      case 't':
        return take();
      case 's':
        return captions_.settled(time());
      case 'd':
        return due();
      case 'r':
        return release();
      case 'c':
        return captions_.close();
      case 'n':
        return restart();
      default:
        return;
    }
  }

  // Mostly near the last one, as on a clock.
  Nanos time() {
    constexpr std::int64_t units[] = {1'000'000, 100'000'000, 1'000'000'000, 1};
    std::int64_t unit = units[in_.number(0, 3)];
    now_ = unit == 1 ? in_.number(-kLatest, kLatest)
                     : std::clamp(now_ + in_.number(-32, 95) * unit, -kLatest, kLatest);
    return Nanos(now_);
  }

  void due() {
    Nanos limit = time();
    captions_.due(limit, limit + std::chrono::milliseconds(in_.number(0, 4000)));
  }

  void take() {
    Revision revision;
    std::uint8_t flags = in_.byte();
    revision.final = flags & 1;
    revision.ends_utterance = flags & 2;
    revision.channel = flags >> 2 & 3;
    for (std::int64_t left = flags >> 4; left > 0; --left) {
      Word word;
      word.start = time();
      word.end = std::max(word.start, time());
      if (flags & 8) word.speaker = in_.byte();
      word.word = word.punctuated_word = in_.line();
      revision.words.push_back(std::move(word));
    }
    revision.from = time();
    revision.to = std::max(revision.from, time());
    revision.transcript = flags & 1 && in_.flag() ? joined(revision.words) : in_.line();
    count(revision);
    captions_.take(revision);
  }

  void count(const Revision& revision) {
    if (!revision.final) return;
    bool by_word = style_.granularity != Granularity::Utterance && !revision.words.empty();
    if (!by_word) taken_ += shown(revision.transcript);
    if (by_word)
      for (const Word& word : revision.words) taken_ += shown(word.punctuated_word);
  }

  void restart() {
    release();
    left_ = taken_ = 0;
    now_ = in_.number(-kLatest, kLatest);
    captions_.restart(Nanos(now_));
    last_ = covered_ = Nanos(now_);
  }

  void release() {
    for (const CaptionItem& item : captions_.release())
      std::visit([this](const auto& is) { check(is); }, item);
    require(captions_.release().empty(), "all that can leave does at once");
  }

  void check(const Caption& caption) {
    require(caption.pts >= last_, "text leaves in the order of its time");
    require(caption.duration > Nanos(0), "text is shown for a while");
    require(!caption.lines.empty(), "no caption is empty");
    require(caption.fresh <= caption.words.size(), "what is new of a text is of its words");
    for (const Line& line : caption.lines) require(!line.text.empty(), "no line is empty");
    check_clean(caption.text());
    last_ = caption.pts;
    covered_ = std::max(covered_, caption.pts + caption.duration);
    if (style_.granularity == Granularity::Utterance)
      left_ += shown(caption.text());
    else
      for (std::size_t i = caption.words.size() - caption.fresh; i < caption.words.size(); ++i)
        left_ += shown(caption.words[i].punctuated_word);
  }

  void check(const SpeechEnd&) {}

  void check(const Gap& gap) {
    require(gap.from < gap.to, "a gap takes time");
    require(gap.from >= last_, "a gap leaves in the order of its time");
    require(gap.from >= covered_, "no gap covers time in which there is text");
    last_ = covered_ = gap.to;
  }

  Bytes& in_;
  const CaptionStyle style_;
  Captions captions_;
  std::int64_t now_ = 0;
  Nanos last_{};                      // where the last item began, or a gap ended
  Nanos covered_{};                   // up to where items reach
  std::size_t taken_ = 0, left_ = 0;  // characters
};

}  // namespace
}  // namespace dg

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dg::check_clean(dg::clean({reinterpret_cast<const char*>(data), size}));
  dg::testing::Bytes in(data, size);
  dg::Screen(in).run();
  return 0;
}
