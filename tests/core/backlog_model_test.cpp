// SPDX-License-Identifier: LGPL-2.1-or-later
// The backlog against a model that keeps every sample by itself.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <random>

#include <gtest/gtest.h>

#include "support/backlogsteps.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class Model {
 public:
  explicit Model(bool packets) : packets_(packets) {}

  void append(std::int64_t samples, bool filled) {
    ++pieces_;
    for (std::int64_t i = 0; i < samples; ++i) {
      held_.push_back({static_cast<Position>(fates_.size()), pieces_, filled});
      fates_.push_back(Fate::Pending);
      never_.push_back(false);
    }
    ledger.received += filled ? 0 : samples;
  }

  void write(std::int64_t samples) {
    samples = whole(next_, samples);
    for (; samples > 0; --samples, ++next_) {
      const Sample& sample = held_[next_];
      Fate& fate = fates_[static_cast<std::size_t>(sample.position)];
      if (fate != Fate::Pending)
        ++ledger.replayed;
      else
        ++(sample.filled ? ledger.filled : ledger.sent);
      fate = Fate::Sent;
    }
  }

  void rewind(Position position) {
    Position old = cursor();
    next_ = 0;
    while (next_ < held_.size() && held_[next_].position < position) ++next_;
    while (packets_ && is_inside(next_)) --next_;
    for (Position i = position; i < std::min(cursor(), old); ++i)
      never_[static_cast<std::size_t>(i)] = true;
  }

  void settle(Position position) {
    settled = std::max(settled, position);
    while (std::size_t first = written_piece()) {
      if (held_[first - 1].position >= position) break;
      forget(first);
    }
  }

  void bound_written(std::int64_t keep) {
    while (std::size_t first = written_piece()) {
      if (static_cast<std::int64_t>(next_) <= keep) break;
      forget(first);
    }
  }

  void drop_oldest(std::int64_t keep) {
    drop(held_.size() - static_cast<std::size_t>(pending()), pending() - keep);
  }
  void drop_unwritten() { drop(next_, unwritten()); }

  Position end() const { return static_cast<Position>(fates_.size()); }
  Position cursor() const { return next_ < held_.size() ? held_[next_].position : end(); }
  std::int64_t unwritten() const { return static_cast<std::int64_t>(held_.size() - next_); }
  // Those that were never written are the last.
  std::int64_t pending() const { return std::count(fates_.begin(), fates_.end(), Fate::Pending); }
  std::int64_t written() const { return static_cast<std::int64_t>(next_); }
  Position after_dropped(Position position) const {
    while (position < end() && never_[static_cast<std::size_t>(position)]) ++position;
    return position;
  }

  AudioLedger ledger;
  Position settled = 0;

 private:
  enum class Fate { Pending, Sent, Dropped };
  struct Sample {
    Position position;
    int piece;
    bool filled;
  };

  // How many samples the first piece has, if all of them are written.
  std::size_t written_piece() const {
    std::size_t count = 0;
    while (count < held_.size() && held_[count].piece == held_[0].piece) ++count;
    return count <= next_ ? count : 0;
  }

  void forget(std::size_t count) {
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(count));
    next_ -= count;
  }

  bool is_inside(std::size_t index) const {
    return index > 0 && index < held_.size() && held_[index].piece == held_[index - 1].piece;
  }

  // So many samples, or with packets as many more as make them whole.
  std::int64_t whole(std::size_t first, std::int64_t count) const {
    if (!packets_ || count <= 0) return count;
    std::size_t end = first + static_cast<std::size_t>(count);
    while (is_inside(end)) ++end;
    return static_cast<std::int64_t>(end - first);
  }

  void drop(std::size_t first, std::int64_t count) {
    count = whole(first, count);
    if (is_inside(first)) split(first);
    for (; count > 0; --count) {
      const Sample& sample = held_[first];
      Fate& fate = fates_[static_cast<std::size_t>(sample.position)];
      if (fate == Fate::Pending && !sample.filled) ++ledger.dropped;
      if (fate == Fate::Pending) fate = Fate::Dropped;
      never_[static_cast<std::size_t>(sample.position)] = true;
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(first));
    }
  }

  // The rest of a piece becomes one of its own.
  void split(std::size_t first) {
    ++pieces_;
    int piece = held_[first].piece;
    for (std::size_t i = first; i < held_.size() && held_[i].piece == piece; ++i)
      held_[i].piece = pieces_;
  }

  const bool packets_;
  std::deque<Sample> held_;
  std::size_t next_ = 0;
  std::vector<Fate> fates_;
  std::vector<bool> never_;
  int pieces_ = 0;
};

class Schedule {
 public:
  Schedule(std::uint64_t seed, bool packets) : packets_(packets), random_(seed), model_(packets) {}

  void run() {
    for (int i = 0; i < 60 && !::testing::Test::HasFailure(); ++i) {
      move();
      compare();
    }
  }

 private:
  std::int64_t pick(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }

  void move() {
    switch (pick(0, 8)) {
      case 0:
      case 1: {
        std::int64_t samples = pick(1, 12);
        bool filled = !packets_ && pick(0, 4) == 0;
        if (packets_)
          append_packet(real_, samples);
        else
          append(real_, samples, filled);
        return model_.append(samples, filled);
      }
      case 2:
      case 3: {
        std::int64_t samples = pick(0, model_.unwritten());
        write(real_, samples);
        return model_.write(samples);
      }
      case 4: {
        Position position = pick(std::min(model_.settled, model_.cursor()), model_.cursor());
        real_.rewind(position);
        return model_.rewind(position);
      }
      case 5: {
        Position position = pick(0, model_.cursor());
        real_.settle(position);
        return model_.settle(position);
      }
      case 6: {
        std::int64_t keep = pick(0, 40);
        real_.bound_written(keep * 1ms);
        return model_.bound_written(keep);
      }
      case 7:
        real_.drop_unwritten();
        return model_.drop_unwritten();
      default: {
        std::int64_t keep = pick(0, 40);
        std::int64_t dropped = std::max<std::int64_t>(model_.pending() - keep, 0);
        EXPECT_EQ(real_.drop_oldest(keep * 1ms).has_value(), dropped > 0);
        while (real_.drop_oldest(keep * 1ms)) continue;
        return model_.drop_oldest(keep);
      }
    }
  }

  void compare() {
    const AudioLedger& ledger = real_.ledger();
    expect_balanced(ledger);
    EXPECT_EQ(ledger.received, model_.ledger.received);
    EXPECT_EQ(ledger.sent, model_.ledger.sent);
    EXPECT_EQ(ledger.dropped, model_.ledger.dropped);
    EXPECT_EQ(ledger.replayed, model_.ledger.replayed);
    EXPECT_EQ(ledger.filled, model_.ledger.filled);
    EXPECT_EQ(real_.end(), model_.end());
    EXPECT_EQ(real_.cursor(), model_.cursor());
    EXPECT_EQ(real_.unsent(), model_.pending() * 1ms);
    EXPECT_EQ(real_.unsettled_written(), model_.written() * 1ms);
    EXPECT_EQ(real_.all_written(), model_.unwritten() == 0);
    EXPECT_EQ(real_.ahead_before(real_.end()), model_.unwritten());
    for (Position at = model_.settled; at <= model_.end(); ++at)
      ASSERT_EQ(real_.after_dropped(at), model_.after_dropped(at)) << at;
  }

  const bool packets_;
  std::mt19937_64 random_;
  Backlog real_;
  Model model_;
};

TEST(BacklogModel, IsRightWhateverHappens) {
  std::uint64_t first = std::random_device{}();
  std::printf("seed %lu\n", static_cast<unsigned long>(first));
  for (std::uint64_t seed = first; seed < first + 3000; ++seed) {
    Schedule(seed, seed % 2 == 0).run();
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace dg
