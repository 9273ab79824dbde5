// SPDX-License-Identifier: LGPL-2.1-or-later
// Random speech, a recognizer that revises what it heard, and random deadlines. DG_SCHEDULES says
// how many, DG_SEED where to start: a schedule that fails prints its seed and runs alone with
// DG_SEED=<seed> DG_SCHEDULES=1.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "support/chance.h"
#include "wordsteps.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

// A word that is spoken, and what the recognizer makes of it.
struct Spoken {
  std::string text;
  Nanos start{}, end{};
  bool shaky = false;  // it is not sure of it
};

class Schedule {
 public:
  explicit Schedule(unsigned seed) : random_(seed) {
    repeats_ = chance(50);
    divides_only_ = repeats_ || chance(20);
    shaky_ = up_to(random_, 40);
    latency_ = std::vector{0ms, 300ms, 1000ms, 2000ms, 100000ms}[pick(5)];
    strategy_ = chance(25) ? InterimStrategy::Stable : InterimStrategy::Deadline;
    speak(5 + pick(40));
  }

  // The first thing that is wrong, or nothing.
  std::string wrong() {
    WordRelease release(strategy_);
    Nanos heard{};
    while (next_ < spoken_.size()) {
      heard += pick(1000) * 1ms;
      std::size_t end = next_;
      while (end < spoken_.size() && spoken_[end].end <= heard) ++end;
      bool over = heard > spoken_.back().end;
      if (over || (end > next_ && chance(20)))
        tell(release, over ? end : next_ + pick(end - next_ + 1), true, heard);
      else if (chance(10))  // it starts anew, or has second thoughts
        tell(release, next_ + pick(end - next_ + 1), false, heard);
      else
        tell(release, end, false, heard);
      if (latency_ < 1min && chance(80)) release.due(heard - latency_);
      std::vector<Said> said = release.said();
      if (!said.empty()) story_ += "  gives " + described(said) + "\n";
      said_.insert(said_.end(), said.begin(), said.end());
    }
    return check(release);
  }

  std::string story() const { return story_; }

 private:
  std::size_t pick(std::size_t of) {
    return static_cast<std::size_t>(up_to(random_, static_cast<int>(of) - 1));
  }
  bool chance(int percent) { return up_to(random_, 99) < percent; }
  Nanos jitter(int most) { return (up_to(random_, 2 * most) - most) * 1ms; }

  // Begins unlike all others, so that its first half is none of theirs.
  std::string new_text() {
    std::string text{static_cast<char>('a' + texts_made_ / 26 % 26),
                     static_cast<char>('a' + texts_made_ % 26)};
    ++texts_made_;
    for (std::size_t i = 0, count = 3 + pick(5); i < count; ++i)
      text += static_cast<char>('a' + pick(26));
    return text;
  }

  void speak(std::size_t count) {
    Nanos time = pick(1000) * 1ms;
    for (std::size_t i = 0; i < count; ++i) {
      Spoken word;
      // Which of two equal words is the new one is not to be told while one is changed.
      bool again = repeats_ && i > 0 && !spoken_.back().shaky && chance(8);
      word.text = again ? spoken_.back().text : new_text();
      word.start = time;
      word.end = time + (100 + pick(400)) * 1ms;
      word.shaky = !again && chance(shaky_);
      time = word.end + (chance(10) ? pick(3000) : pick(100)) * 1ms;
      spoken_.push_back(word);
    }
  }

  // Spoken words the recognizer and its neighbours are sure of.
  bool is_sure(std::size_t index) const {
    const Spoken& word = spoken_[index];
    return std::none_of(spoken_.begin(), spoken_.end(), [&](const Spoken& other) {
      return other.shaky && other.start < word.end + 1s && other.end > word.start - 1s;
    });
  }

  static Word word(const std::string& text, Nanos start, Nanos end) {
    Word out;
    out.word = out.punctuated_word = text;
    out.start = start;
    out.end = std::max(start, end);
    return out;
  }

  void add_divided(std::vector<Word>& out, const Spoken& it) {
    std::size_t at = it.text.size() / 2;
    Nanos middle = it.start + (it.end - it.start) / 2;
    out.push_back(word(it.text.substr(0, at), it.start, middle));
    out.push_back(word(it.text.substr(at), middle, it.end));
  }

  void add_changed(std::vector<Word>& out, const Spoken& it) {
    switch (pick(5)) {
      case 0:
        return out.push_back(word(new_text(), it.start, it.end));
      case 1:
        return;
      case 2:
        out.push_back(word(it.text, it.start, it.end));
        return out.push_back(word("uh", it.end, it.end + 100ms));
      case 3:
        return out.push_back(word(it.text.substr(0, it.text.size() / 2), it.start, it.end));
      default:
        return out.push_back(word(it.text, it.start, it.end));
    }
  }

  // What it makes of the spoken words [next_, end).
  std::vector<Word> recognized(std::size_t end) {
    std::vector<Word> out;
    for (std::size_t i = next_; i < end; ++i) {
      const Spoken& it = spoken_[i];
      bool pair = i % 2 == 0 && i + 1 < end && it.shaky && spoken_[i + 1].shaky &&
                  spoken_[i + 1].start - it.end < 500ms;
      if (pair && chance(30)) {
        const Spoken& other = spoken_[++i];
        out.push_back(word(it.text + other.text, it.start, other.end));
      } else if (it.shaky && chance(30)) {
        add_divided(out, it);
      } else if (it.shaky && !divides_only_) {
        add_changed(out, it);
      } else {
        out.push_back(word(it.text, it.start, it.end));
      }
    }
    Nanos common = jitter(100), least = -1s;
    for (Word& it : out) {
      Nanos shift = common + jitter(100);
      it.start = least = std::max(it.start + shift, least);
      it.end = std::max(it.end + shift, it.start);
      texts_.insert(it.word);
      if (chance(10)) it.punctuated_word += '.';
    }
    return out;
  }

  void tell(WordRelease& release, std::size_t end, bool final, Nanos heard) {
    Revision revision;
    revision.from = done_;
    revision.final = final;
    revision.words = recognized(end);
    revision.transcript = joined(revision.words);
    revision.to = end == spoken_.size() || !final ? heard : border(end);
    revision.to = std::max(revision.to, revision.from);
    bool pause = end == spoken_.size() || spoken_[end].start > revision.to + 600ms;
    revision.ends_utterance = final && pause && chance(60);
    note(revision);
    release.take(revision);
    if (!final) return;
    done_ = revision.to;
    next_ = end;
    for (const Word& it : revision.words) finals_.push_back(it.punctuated_word);
  }

  // Somewhere between two words, or a little within one.
  Nanos border(std::size_t behind) {
    Nanos from = behind == 0 ? 0ms : spoken_[behind - 1].end - 50ms;
    Nanos room = std::max<Nanos>(spoken_[behind].start + 50ms - from, 1ms);
    return from + pick(static_cast<std::size_t>(room / 1ms)) * 1ms;
  }

  void note(const Revision& revision) {
    auto ms = [](Nanos time) { return std::to_string(time / 1ms); };
    story_ += (revision.final ? "final " : "interim ") + ms(revision.from) + "-" + ms(revision.to);
    for (const Word& it : revision.words)
      story_ += " " + it.punctuated_word + "@" + ms(it.start) + "+" + ms(it.end - it.start);
    story_ += "\n";
  }

  std::string check(const WordRelease& release) {
    story_ += described(said_) + "\n";
    bool speaking = false;
    std::vector<std::string> words;
    for (const Said& item : said_) {
      auto* it = std::get_if<SaidWord>(&item);
      if (!it && !speaking) return "the end of no speech";
      speaking = it;
      if (it) words.push_back(it->word.punctuated_word);
    }
    bool waits = latency_ > 1min && strategy_ == InterimStrategy::Deadline;
    if (waits && words != finals_) return "not what is final";
    if (waits && release.corrected() > 0) return "corrected what was not given out";
    for (std::string& it : words) {
      if (it.ends_with('.')) it.pop_back();
      if (!is_explained(it)) return "nobody said " + it;
    }
    return check_order(words);
  }

  bool is_explained(const std::string& text) const {
    return texts_.contains(text) ||
           std::any_of(texts_.begin(), texts_.end(),
                       [&](const std::string& whole) { return whole.ends_with(text); });
  }

  std::string check_order(const std::vector<std::string>& words) const {
    std::string all, given;
    std::vector<std::string> sure, sure_given;
    std::set<std::string> sure_texts;
    std::size_t unsure = 0;
    for (std::size_t i = 0; i < spoken_.size(); ++i) {
      all += spoken_[i].text;
      if (spoken_[i].shaky) unsure += 2 * (10 + spoken_[i].text.size());
      if (is_sure(i)) sure_texts.insert(spoken_[i].text);
    }
    for (std::size_t i = 0; i < spoken_.size(); ++i)  // it may be said elsewhere too
      if (!is_sure(i)) sure_texts.erase(spoken_[i].text);
    for (const Spoken& it : spoken_)
      if (sure_texts.contains(it.text)) sure.push_back(it.text);
    for (const std::string& it : words) {
      given += it;
      if (sure_texts.contains(it)) sure_given.push_back(it);
    }
    if (sure != sure_given) return "a word that never changed is not there once, in its order";
    if (divides_only_ && given != all) return "letters are missing, doubled, or out of order";
    if (given.size() > all.size() + unsure || given.size() + unsure < all.size())
      return "too many or too few letters";
    return {};
  }

  std::mt19937 random_;
  bool repeats_;       // words are said twice
  bool divides_only_;  // the recognizer is sure of all letters
  int shaky_;          // percent
  Nanos latency_{};
  InterimStrategy strategy_;
  int texts_made_ = 0;
  std::vector<Spoken> spoken_;
  std::size_t next_ = 0;  // the first word that is in no final
  Nanos done_{};
  std::set<std::string> texts_;  // all that it ever made of a word
  std::vector<std::string> finals_;
  std::vector<Said> said_;
  std::string story_;
};

TEST(WordReleaseSimulation, GivesOutEachWordOnce) {
  long schedules = number_from("DG_SCHEDULES", 10'000);
  unsigned first = drawn_seed();
  int failures = 0;
  for (long i = 0; i < schedules && failures < 5; ++i) {
    unsigned seed = first + static_cast<unsigned>(i);
    Schedule schedule(seed);
    std::string complaint = schedule.wrong();
    if (complaint.empty()) continue;
    ++failures;
    ADD_FAILURE() << "DG_SEED=" << seed << " DG_SCHEDULES=1: " << complaint << "\n"
                  << schedule.story();
  }
}

}  // namespace
}  // namespace dg
