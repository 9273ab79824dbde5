// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/backlog.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;
using Lost = std::optional<std::pair<Nanos, Nanos>>;

constexpr AudioFormat kFormat{Encoding::Linear16, 1000, 1};  // a sample a millisecond

// Samples that say at which position they are; the first is stamped `pts`.
Backlog::Piece piece(Position from, std::int64_t samples, Nanos pts, bool filled = false) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(samples) * 2);
  for (std::int64_t i = 0; i < samples; ++i) {
    auto value = static_cast<std::uint16_t>(from + i);
    std::memcpy(bytes.data() + i * 2, &value, 2);
  }
  return {pts, kFormat, std::move(bytes), filled};
}

void append(Backlog& backlog, std::int64_t samples, bool filled = false) {
  Position from = backlog.end();
  backlog.append(piece(from, samples, kFormat.duration_of(from), filled));
}

// Writes what comes next, as a session does; gives the position where it began. Its bytes must be
// those of its positions.
Position write(Backlog& backlog, std::int64_t samples) {
  Position from = backlog.cursor();
  while (samples > 0) {
    auto slice = backlog.ahead(samples);
    EXPECT_TRUE(slice);
    if (!slice) break;
    EXPECT_EQ(slice->bytes.size(), static_cast<std::size_t>(slice->samples) * 2);
    std::uint16_t first = 0;
    std::memcpy(&first, slice->bytes.data(), 2);
    EXPECT_EQ(first, static_cast<std::uint16_t>(slice->from));
    EXPECT_EQ(slice->pts, kFormat.duration_of(slice->from));
    samples -= slice->samples;
    backlog.written(slice->samples);
  }
  return from;
}

void expect_balanced(const AudioLedger& ledger) {
  EXPECT_EQ(ledger.received, ledger.sent + ledger.dropped + ledger.pending);
}

TEST(Backlog, IsEmptyAtFirst) {
  Backlog backlog;
  EXPECT_EQ(backlog.end(), 0);
  EXPECT_EQ(backlog.cursor(), 0);
  EXPECT_TRUE(backlog.all_written());
  EXPECT_FALSE(backlog.ahead(100));
  EXPECT_EQ(backlog.drop_oldest(0s), Lost());
  backlog.rewind(0);
  backlog.settle(0);
  backlog.bound_written(0s);
  EXPECT_EQ(backlog.after_dropped(0), 0);
}

TEST(Backlog, GivesAudioInOrderAcrossPieces) {
  Backlog backlog;
  append(backlog, 100);
  append(backlog, 50);
  auto slice = backlog.ahead(70);
  EXPECT_EQ(slice->samples, 70);
  backlog.written(70);
  slice = backlog.ahead(70);  // not across the edge of a piece
  EXPECT_EQ(slice->from, 70);
  EXPECT_EQ(slice->samples, 30);
  EXPECT_EQ(slice->pts, 70ms);
  EXPECT_EQ(write(backlog, 80), 70);
  EXPECT_TRUE(backlog.all_written());
  EXPECT_EQ(backlog.cursor(), 150);
  EXPECT_EQ(backlog.unwritten(), 0s);
  EXPECT_EQ(backlog.unsettled_written(), 150ms);
  EXPECT_EQ(backlog.ledger().sent, 150);
}

TEST(Backlog, IgnoresWhatIsLessThanASample) {
  Backlog backlog;
  backlog.append({0s, kFormat, {}, false});
  backlog.append({0s, kFormat, std::vector<std::byte>(1), false});
  EXPECT_TRUE(backlog.all_written());
  EXPECT_EQ(backlog.ledger().received, 0);
}

TEST(Backlog, WritesAgainFromTheMiddleOfAPiece) {
  Backlog backlog;
  for (int i = 0; i < 4; ++i) append(backlog, 100);
  write(backlog, 350);
  backlog.rewind(150);
  EXPECT_EQ(backlog.cursor(), 150);
  EXPECT_EQ(backlog.unwritten(), 250ms);
  EXPECT_EQ(backlog.unsettled_written(), 150ms);
  EXPECT_EQ(write(backlog, 250), 150);
  EXPECT_EQ(backlog.ledger().sent, 400);
  EXPECT_EQ(backlog.ledger().replayed, 200);
  EXPECT_EQ(backlog.ledger().pending, 0);
}

TEST(Backlog, CountsWhatIsWrittenForTheThirdTime) {
  Backlog backlog;
  append(backlog, 100);
  for (int i = 0; i < 3; ++i) {
    write(backlog, 60);
    backlog.rewind(0);
  }
  write(backlog, 100);
  EXPECT_EQ(backlog.ledger().sent, 100);
  EXPECT_EQ(backlog.ledger().replayed, 180);
}

TEST(Backlog, CountsSilenceOfOursApart) {
  Backlog backlog;
  append(backlog, 100);
  append(backlog, 30, true);
  append(backlog, 100);
  write(backlog, 200);
  backlog.rewind(50);
  write(backlog, 180);
  const AudioLedger& ledger = backlog.ledger();
  EXPECT_EQ(ledger.received, 200);
  EXPECT_EQ(ledger.sent, 200);
  EXPECT_EQ(ledger.filled, 30);
  EXPECT_EQ(ledger.replayed, 150);
  expect_balanced(ledger);
}

TEST(Backlog, LetsGoOfWhatIsWrittenAndSettledOnly) {
  Backlog backlog;
  append(backlog, 100);
  append(backlog, 100);
  backlog.settle(200);  // not written
  EXPECT_EQ(backlog.unwritten(), 200ms);
  write(backlog, 150);
  backlog.settle(99);
  EXPECT_EQ(backlog.unsettled_written(), 150ms);
  backlog.settle(150);
  EXPECT_EQ(backlog.unsettled_written(), 50ms);  // a piece goes as a whole
  EXPECT_EQ(write(backlog, 50), 150);
  backlog.settle(200);
  EXPECT_EQ(backlog.unsettled_written(), 0s);
  EXPECT_EQ(backlog.cursor(), 200);
}

TEST(Backlog, ForgetsTheOldestOfWhatIsWrittenWhenItIsTooMuch) {
  Backlog backlog;
  for (int i = 0; i < 10; ++i) append(backlog, 100);
  write(backlog, 950);
  backlog.bound_written(300ms);
  EXPECT_EQ(backlog.unsettled_written(), 250ms);
  EXPECT_EQ(backlog.unwritten(), 50ms);
  EXPECT_EQ(backlog.after_dropped(0), 0);  // it may be settled yet
  backlog.rewind(100);
  EXPECT_EQ(backlog.cursor(), 700);
  EXPECT_EQ(backlog.after_dropped(100), 700);  // now it never will
  EXPECT_EQ(backlog.after_dropped(99), 99);
  EXPECT_EQ(backlog.ledger().dropped, 0);  // it was sent
  expect_balanced(backlog.ledger());
}

TEST(Backlog, ForgetsAllOfWhatIsWritten) {
  Backlog backlog;
  append(backlog, 100);
  write(backlog, 100);
  backlog.bound_written(0s);
  backlog.rewind(0);
  EXPECT_TRUE(backlog.all_written());
  EXPECT_EQ(backlog.after_dropped(0), 100);
}

TEST(Backlog, DropsTheOldestThatIsNotWritten) {
  Backlog backlog;
  for (int i = 0; i < 4; ++i) append(backlog, 100);
  EXPECT_EQ(backlog.drop_oldest(400ms), Lost());
  EXPECT_EQ(backlog.drop_oldest(250ms), Lost({0s, 150ms}));
  EXPECT_EQ(backlog.cursor(), 150);
  EXPECT_EQ(backlog.unwritten(), 250ms);
  EXPECT_EQ(backlog.after_dropped(0), 150);
  EXPECT_EQ(write(backlog, 250), 150);
  EXPECT_EQ(backlog.ledger().dropped, 150);
  EXPECT_EQ(backlog.ledger().sent, 250);
  expect_balanced(backlog.ledger());
}

TEST(Backlog, DropsInTheMiddleOfAPiece) {
  Backlog backlog;
  append(backlog, 1000);
  write(backlog, 300);
  EXPECT_EQ(backlog.drop_oldest(200ms), Lost({300ms, 800ms}));
  EXPECT_EQ(backlog.cursor(), 800);
  EXPECT_EQ(backlog.unsettled_written(), 300ms);
  EXPECT_EQ(backlog.after_dropped(300), 800);
  EXPECT_EQ(backlog.after_dropped(299), 299);
  EXPECT_EQ(backlog.after_dropped(800), 800);
  backlog.rewind(250);  // what was written is still there
  EXPECT_EQ(write(backlog, 50), 250);
  EXPECT_EQ(write(backlog, 200), 800);
  EXPECT_EQ(backlog.ledger().replayed, 50);
  expect_balanced(backlog.ledger());
}

TEST(Backlog, DropsAfterARewindWithoutCountingTwice) {
  Backlog backlog;
  append(backlog, 1000);
  write(backlog, 600);
  backlog.rewind(200);
  write(backlog, 100);
  EXPECT_EQ(backlog.drop_oldest(250ms), Lost({300ms, 750ms}));
  EXPECT_EQ(backlog.ledger().sent, 600);
  EXPECT_EQ(backlog.ledger().dropped, 150);  // of those that were never written
  EXPECT_EQ(backlog.ledger().pending, 250);
  expect_balanced(backlog.ledger());
  write(backlog, 250);
  EXPECT_EQ(backlog.ledger().sent, 850);
  EXPECT_EQ(backlog.ledger().replayed, 100);
}

TEST(Backlog, RewindsIntoWhatWasDropped) {
  Backlog backlog;
  append(backlog, 300);
  write(backlog, 100);
  backlog.drop_oldest(100ms);
  write(backlog, 50);
  backlog.rewind(150);  // a cut that moved over half of it
  EXPECT_EQ(backlog.cursor(), 200);
  EXPECT_EQ(backlog.after_dropped(150), 200);
  EXPECT_EQ(backlog.unsettled_written(), 100ms);
  EXPECT_EQ(backlog.unwritten(), 100ms);
}

TEST(Backlog, DropsAllOfIt) {
  Backlog backlog;
  append(backlog, 100);
  append(backlog, 20, true);
  EXPECT_EQ(backlog.drop_oldest(0s), Lost({0s, 120ms}));
  EXPECT_TRUE(backlog.all_written());
  EXPECT_EQ(backlog.cursor(), 120);
  EXPECT_EQ(backlog.ledger().dropped, 100);  // silence of ours is no loss
  append(backlog, 10);
  EXPECT_EQ(write(backlog, 10), 120);
  expect_balanced(backlog.ledger());
}

TEST(Backlog, TellsTheTimesOfWhatWasDropped) {
  Backlog backlog;
  backlog.append(piece(0, 100, 10s));
  backlog.append(piece(100, 100, 20s));  // behind a hole
  EXPECT_EQ(backlog.drop_oldest(50ms), Lost({10s, 20050ms}));
  EXPECT_EQ(backlog.ahead(1)->pts, 20050ms);
}

TEST(Backlog, GoesOnBehindSpansThatTouchOrOverlap) {
  Backlog backlog;
  for (int i = 0; i < 10; ++i) append(backlog, 100);
  backlog.drop_oldest(900ms);  // [0, 100)
  backlog.drop_oldest(800ms);  // [100, 200)
  write(backlog, 100);
  backlog.drop_oldest(600ms);  // [300, 400)
  EXPECT_EQ(backlog.after_dropped(0), 200);
  EXPECT_EQ(backlog.after_dropped(150), 200);
  EXPECT_EQ(backlog.after_dropped(200), 200);
  EXPECT_EQ(backlog.after_dropped(300), 400);
  backlog.rewind(200);
  backlog.drop_oldest(600ms);  // [200, 300) was written and is dropped all the same
  EXPECT_EQ(backlog.after_dropped(0), 400);
  backlog.settle(400);
  EXPECT_EQ(backlog.after_dropped(400), 400);
}

TEST(Backlog, BoundsByTheFormatThatCameLast) {
  Backlog backlog;
  append(backlog, 1000);
  AudioFormat faster{Encoding::Mulaw, 8000, 2};
  backlog.append({1s, faster, std::vector<std::byte>(16000)});
  EXPECT_EQ(backlog.end(), 9000);
  backlog.drop_oldest(500ms);
  auto slice = backlog.ahead(100'000);
  EXPECT_EQ(slice->samples, 4000);
  EXPECT_EQ(slice->format, faster);
  EXPECT_EQ(slice->bytes.size(), 8000u);
  EXPECT_EQ(slice->pts, 1500ms);
}

// --- against a model that keeps every sample by itself

class Model {
 public:
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
    bool inside = next_ > 0 && next_ < held_.size() && held_[next_].piece == held_[next_ - 1].piece;
    if (inside) split();
    while (static_cast<std::int64_t>(held_.size() - next_) > keep) {
      const Sample& sample = held_[next_];
      Fate& fate = fates_[static_cast<std::size_t>(sample.position)];
      if (fate == Fate::Pending && !sample.filled) ++ledger.dropped;
      if (fate == Fate::Pending) fate = Fate::Dropped;
      never_[static_cast<std::size_t>(sample.position)] = true;
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(next_));
    }
  }

  Position end() const { return static_cast<Position>(fates_.size()); }
  Position cursor() const { return next_ < held_.size() ? held_[next_].position : end(); }
  std::int64_t unwritten() const { return static_cast<std::int64_t>(held_.size() - next_); }
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

  // What is not written of the current piece becomes one of its own.
  void split() {
    ++pieces_;
    int piece = held_[next_].piece;
    for (std::size_t i = next_; i < held_.size() && held_[i].piece == piece; ++i)
      held_[i].piece = pieces_;
  }

  std::deque<Sample> held_;
  std::size_t next_ = 0;
  std::vector<Fate> fates_;
  std::vector<bool> never_;
  int pieces_ = 0;
};

class Schedule {
 public:
  explicit Schedule(std::uint64_t seed) : random_(seed) {}

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
    switch (pick(0, 7)) {
      case 0:
      case 1: {
        std::int64_t samples = pick(1, 12);
        bool filled = pick(0, 4) == 0;
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
      default: {
        std::int64_t keep = pick(0, 40);
        std::int64_t dropped = std::max<std::int64_t>(model_.unwritten() - keep, 0);
        EXPECT_EQ(real_.drop_oldest(keep * 1ms).has_value(), dropped > 0);
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
    EXPECT_EQ(real_.unwritten(), model_.unwritten() * 1ms);
    EXPECT_EQ(real_.unsettled_written(), model_.written() * 1ms);
    EXPECT_EQ(real_.all_written(), model_.unwritten() == 0);
    for (Position at = model_.settled; at <= model_.end(); ++at)
      ASSERT_EQ(real_.after_dropped(at), model_.after_dropped(at)) << at;
  }

  std::mt19937_64 random_;
  Backlog real_;
  Model model_;
};

TEST(Backlog, DoesAsItsModelWhateverHappens) {
  std::uint64_t first = std::random_device{}();
  std::printf("seed %lu\n", static_cast<unsigned long>(first));
  for (std::uint64_t seed = first; seed < first + 3000; ++seed) {
    Schedule(seed).run();
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace dg
