// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/intake.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "support/packets.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr AudioFormat kFormat{Encoding::Linear16, 1000, 1};  // a sample a millisecond

struct IntakeTest : ::testing::Test {
  HolePolicy policy;
  Intake intake{policy};
  Nanos now{};

  void audio(Nanos pts, std::int64_t samples, const AudioFormat& format = kFormat) {
    audio(intake, pts, samples, format);
  }

  void audio(Intake& to, Nanos pts, std::int64_t samples, const AudioFormat& format = kFormat) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(samples) * format.bytes_per_sample(),
                                 std::byte{1});
    to.audio({pts, format, std::move(bytes)}, now);
  }

  // What is asked for, and where.
  std::vector<std::pair<Mark::Ask, Position>> asks(const Intake& of) {
    std::vector<std::pair<Mark::Ask, Position>> out;
    for (const Mark& mark : of.marks())
      if (mark.ask != Mark::Ask::Nothing) out.emplace_back(mark.ask, mark.at);
    return out;
  }

  void write_all(Intake& of) {
    while (auto slice = of.backlog().ahead(1'000'000)) of.backlog().written(slice->samples);
  }

  using Asks = std::vector<std::pair<Mark::Ask, Position>>;
};

TEST_F(IntakeTest, TakesAudioAsItComes) {
  audio(5s, 100);
  audio(5100ms, 100);
  EXPECT_EQ(intake.backlog().end(), 200);
  EXPECT_EQ(intake.track().end_pts(), 5200ms);
  EXPECT_TRUE(intake.marks().empty());
  EXPECT_EQ(intake.next_ask(), nullptr);
}

TEST_F(IntakeTest, FillsAShortHoleAndSkipsALongOneWhole) {
  const struct {
    Nanos hole;
    std::int64_t filled;
  } rows[] = {{1ms, 0}, {2ms, 2}, {499ms, 499}, {500ms, 500}, {501ms, 0}, {1h, 0}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.hole.count());
    Intake each(policy);
    audio(each, 0s, 1000);
    audio(each, 1s + row.hole, 1000);
    write_all(each);
    EXPECT_EQ(each.backlog().ledger().filled, row.filled);
    EXPECT_EQ(each.backlog().end(), 2000 + row.filled);
    bool skipped = row.hole > 500ms;
    EXPECT_EQ(asks(each), skipped ? Asks({{Mark::Ask::Finalize, 1000}}) : Asks());
    // Timestamps that are off by no more than their rounding are no jump.
    Nanos end = row.filled || skipped ? 2s + row.hole : 2s;
    EXPECT_EQ(each.track().end_pts(), end);
  }
}

TEST_F(IntakeTest, FillsWithTheSilenceOfTheFormat) {
  for (Encoding encoding :
       {Encoding::Linear16, Encoding::Linear32, Encoding::Mulaw, Encoding::Alaw}) {
    AudioFormat format{encoding, 1000, 2};
    Intake each(policy);
    audio(each, 0s, 10, format);
    audio(each, 30ms, 10, format);
    each.backlog().written(10);
    auto slice = each.backlog().ahead(100);
    ASSERT_TRUE(slice);
    EXPECT_EQ(slice->samples, 20);
    EXPECT_EQ(slice->pts, 10ms);
    EXPECT_TRUE(std::all_of(slice->bytes.begin(), slice->bytes.end(),
                            [&](std::byte b) { return b == format.silence(); }));
  }
}

// Each fill is a whole number of samples; what it is off by must not add up.
TEST_F(IntakeTest, FillsAThousandHolesWithoutDrift) {
  constexpr AudioFormat format{Encoding::Linear16, 44100, 1};
  constexpr std::int64_t kSamples = 441;
  constexpr Nanos kHole = 333300us;
  Nanos pts{};
  for (int i = 0; i <= 1000; ++i) {
    audio(pts, kSamples, format);
    pts += format.duration_of(kSamples) + kHole;
  }
  Nanos end = pts - kHole;
  EXPECT_NEAR(static_cast<double>(intake.track().end_pts()->count()),
              static_cast<double>(end.count()), 1e9 / format.rate);
  EXPECT_NEAR(static_cast<double>(intake.backlog().end()),
              static_cast<double>(format.samples_in(end)), 1);
  EXPECT_TRUE(intake.marks().empty());
}

// Less than a hole each, but they are time that passes.
TEST_F(IntakeTest, FillsWhatManyTinyHolesAddUpTo) {
  for (int i = 0; i < 1000; ++i) audio(i * 20500us, 20);
  EXPECT_NEAR(static_cast<double>(intake.track().end_pts()->count()), 1000 * 20.5e6, 2e6);
  EXPECT_NEAR(static_cast<double>(intake.backlog().end()), 20500, 2);
}

TEST_F(IntakeTest, WaitsForTheEndOfAHoleThatComesInParts) {
  audio(0s, 1000);
  for (int i = 0; i < 20; ++i) intake.hole(1s + i * 20ms, 1s + (i + 1) * 20ms, true, now);
  EXPECT_EQ(intake.backlog().end(), 1000);  // it may become a long one
  audio(1400ms, 100);
  EXPECT_EQ(intake.backlog().end(), 1500);
  EXPECT_TRUE(intake.marks().empty());
}

TEST_F(IntakeTest, SkipsAllOfAHoleThatBecomesLong) {
  audio(0s, 1000);
  for (int i = 0; i < 30; ++i) intake.hole(1s + i * 20ms, 1s + (i + 1) * 20ms, true, now);
  EXPECT_EQ(intake.track().end_pts(), 1600ms);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Finalize, 1000}}));
  intake.hole(1600ms, 1620ms, true, now);
  audio(1640ms, 100);  // the last part of it is not declared
  EXPECT_EQ(intake.backlog().end(), 1100);
  EXPECT_EQ(asks(intake).size(), 1u);
  audio(1840ms, 100);  // a hole of its own
  EXPECT_EQ(intake.backlog().end(), 1300);
}

TEST_F(IntakeTest, FillsOnlyUpToWhereTheAudioBegins) {
  audio(0s, 1000);
  intake.hole(1s, 1400ms, true, now);
  audio(1200ms, 100);  // earlier than was declared
  EXPECT_EQ(intake.backlog().end(), 1300);
  EXPECT_EQ(intake.track().end_pts(), 1300ms);
}

TEST_F(IntakeTest, ForgetsAHoleThatHasAudioAfterAll) {
  for (Nanos late : {-100ms, 0ms, 1ms}) {
    Intake each(policy);
    audio(each, 0s, 1000);
    each.hole(1s, 1400ms, true, now);
    audio(each, 1s + late, 100);
    EXPECT_EQ(each.backlog().end(), 1100) << late.count();
    EXPECT_LE(each.track().end_pts(), 1100ms) << late.count();
  }
}

TEST_F(IntakeTest, FillsNothingBeforeTheFirstAudio) {
  intake.hole(5s, 5100ms, true, now);
  EXPECT_EQ(intake.track().end_pts(), 5100ms);
  audio(5100ms, 100);
  EXPECT_EQ(intake.backlog().end(), 100);
  EXPECT_TRUE(intake.marks().empty());
}

TEST_F(IntakeTest, CountsAHoleFromWhereTheAudioEnded) {
  audio(0s, 1000);
  intake.hole(1300ms, 1400ms, true, now);  // 300 ms before it are missing too
  audio(1400ms, 100);
  EXPECT_EQ(intake.backlog().end(), 1500);
}

TEST_F(IntakeTest, FillsWhatUpstreamCallsSilenceIfAsked) {
  policy.fill_declared = true;
  Intake each(policy);
  each.hole(0s, 1s, true, now);  // no format is known yet
  audio(each, 1s, 100);
  each.hole(1100ms, 3100ms, true, now);
  EXPECT_EQ(each.backlog().end(), 2100);  // at once
  audio(each, 3100ms, 100);
  audio(each, 9s, 100);  // a jump is no silence
  EXPECT_EQ(each.backlog().end(), 2300);
}

// Timestamps are input: one of them must not cost all memory.
TEST_F(IntakeTest, SkipsSilenceOfYears) {
  constexpr Nanos kYears = 24h * 365 * 100;
  for (HolePolicy all : {HolePolicy{500ms, true}, HolePolicy{kYears, false}}) {
    Intake each(all);
    audio(each, 0s, 1000);
    each.hole(1s, kYears, true, now);
    EXPECT_EQ(each.backlog().end(), 1000);
    EXPECT_EQ(each.track().end_pts(), kYears);
    EXPECT_EQ(asks(each).size(), 1u);
  }
}

TEST_F(IntakeTest, AsksForWhatWasSaidWhereTheInputGoesBack) {
  audio(10s, 1000);
  audio(4s, 1000);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Finalize, 1000}}));
  EXPECT_EQ(intake.track().pts_after(1000), 4s);
  EXPECT_EQ(intake.backlog().end(), 2000);
}

TEST_F(IntakeTest, ClosesTheConnectionBetweenTwoFormats) {
  AudioFormat other{Encoding::Linear16, 2000, 1};
  audio(0s, 1000);
  now = 7s;
  audio(1s, 1000, other);
  audio(1500ms, 1000, other);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Close, 1000}}));
  EXPECT_EQ(intake.marks()[0].end_pts, 1s);
  EXPECT_EQ(intake.marks()[0].accepted, 7s);
  EXPECT_FALSE(intake.marks()[0].parcel);
  EXPECT_EQ(intake.track().end_pts(), 2s);
}

TEST_F(IntakeTest, FillsAHoleAtAChangeInTheNewFormat) {
  AudioFormat other{Encoding::Mulaw, 2000, 1};
  audio(0s, 1000);
  audio(1100ms, 1000, other);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Close, 1000}}));
  intake.backlog().written(1000);
  auto slice = intake.backlog().ahead(1000);
  EXPECT_EQ(slice->format, other);
  EXPECT_EQ(slice->samples, 200);
  EXPECT_EQ(slice->bytes[0], other.silence());
}

TEST_F(IntakeTest, PutsAMarkBehindWhatCameBefore) {
  audio(0s, 1000);
  intake.hole(1s, 1300ms, true, now);
  now = 3s;
  intake.mark({}, now);
  ASSERT_EQ(intake.marks().size(), 1u);
  EXPECT_EQ(intake.marks()[0].at, 1000);
  EXPECT_EQ(intake.marks()[0].end_pts, 1300ms);
  EXPECT_EQ(intake.marks()[0].accepted, 3s);
  audio(1300ms, 100);  // the hole lies before the mark: it is not filled behind it
  EXPECT_EQ(intake.backlog().end(), 1100);
}

TEST_F(IntakeTest, StartsTimeAnewBehindAMark) {
  audio(100s, 1000);
  Mark segment;
  segment.ask = Mark::Ask::Finalize;
  segment.new_time = true;
  intake.mark(std::move(segment), now);
  EXPECT_EQ(intake.track().end_pts(), std::nullopt);
  audio(100200ms, 1000);  // would have been a step back
  EXPECT_EQ(intake.backlog().end(), 2000);
  EXPECT_EQ(intake.track().pts_after(1000), 100200ms);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Finalize, 1000}}));
}

TEST_F(IntakeTest, AsksOnceForAPause) {
  intake.pause(now);
  EXPECT_TRUE(intake.marks().empty());  // nothing was said
  audio(0s, 1000);
  intake.pause(now);
  intake.pause(now);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Finalize, 1000}}));
  EXPECT_FALSE(intake.marks()[0].awaited);
  EXPECT_EQ(intake.marks()[0].end_pts, 1s);
  audio(1s, 10);
  intake.pause(now);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Finalize, 1000}, {Mark::Ask::Finalize, 1010}}));
}

TEST_F(IntakeTest, AsksOnceForAStall) {
  intake.stall(now);
  EXPECT_TRUE(intake.marks().empty());  // nothing was said
  audio(0s, 1000);
  intake.stall(now);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Finalize, 1000}}));
  EXPECT_TRUE(intake.marks()[0].awaited);
}

// What asked already may not be answered: from now on somebody waits for that.
TEST_F(IntakeTest, StallsBehindWhatWasAskedBefore) {
  audio(0s, 1000);
  intake.pause(now);
  intake.mark({}, now);
  intake.stall(now);
  ASSERT_EQ(intake.marks().size(), 2u);
  EXPECT_TRUE(intake.marks()[0].awaited);
  EXPECT_FALSE(intake.marks()[1].awaited);
}

TEST_F(IntakeTest, AsksForNothingThatIsSettled) {
  audio(0s, 1000);
  write_all(intake);
  intake.settle(1000);
  intake.pause(now);
  EXPECT_TRUE(intake.marks().empty());
  audio(1s, 100);
  intake.backlog().drop_unwritten();
  intake.pause(now);
  EXPECT_TRUE(intake.marks().empty());  // nobody will hear it
}

TEST_F(IntakeTest, KnowsTheNextQuestion) {
  audio(0s, 100);
  intake.mark({}, now);
  Mark end;
  end.ask = Mark::Ask::End;
  intake.mark(std::move(end), now);
  Mark* next = intake.next_ask();
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(next->ask, Mark::Ask::End);
  next->asked = now;
  EXPECT_EQ(intake.next_ask(), nullptr);
}

TEST_F(IntakeTest, DropsWhatIsNotWrittenWhenItIsFlushed) {
  audio(0s, 1000);
  intake.backlog().written(300);
  intake.mark({}, now);  // without a parcel: a pause of ours
  intake.flush(now);
  EXPECT_EQ(intake.backlog().unsent(), 0s);
  EXPECT_EQ(intake.backlog().ledger().dropped, 700);
  EXPECT_EQ(intake.marks().size(), 0u);
  EXPECT_EQ(intake.track().end_pts(), std::nullopt);
  audio(200s, 100);  // no hole
  EXPECT_EQ(intake.track().pts_after(1000), 200s);
  EXPECT_EQ(intake.backlog().end(), 1100);
}

TEST_F(IntakeTest, KeepsNoMarkButAChangeOfTheFormatWhenItIsFlushed) {
  audio(0s, 1000);
  intake.mark({}, now);
  intake.flush(now);
  EXPECT_EQ(intake.marks().size(), 0u);  // nothing was written: there is nothing to ask for

  audio(0s, 1000);
  Mark change;
  change.ask = Mark::Ask::Close;
  intake.mark(std::move(change), now);
  intake.flush(now);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Close, 2000}}));
}

TEST_F(IntakeTest, FillsNothingOfAHoleBeforeAFlush) {
  audio(0s, 1000);
  intake.hole(1s, 1300ms, true, now);
  intake.flush(now);
  audio(0s, 100);
  EXPECT_EQ(intake.backlog().end(), 1100);
  EXPECT_EQ(intake.track().end_pts(), 100ms);
}

TEST_F(IntakeTest, FillsShortHolesAgainAfterAFlushInALongOne) {
  audio(0s, 1000);
  intake.hole(1s, 3s, true, now);
  intake.flush(now);
  audio(50s, 100);
  audio(50200ms, 100);
  EXPECT_EQ(intake.backlog().end(), 1300);
}

TEST_F(IntakeTest, ForgetsWhatIsSettled) {
  for (int i = 0; i < 10; ++i) audio(i * 10s, 1000);
  write_all(intake);
  intake.settle(5000);
  EXPECT_EQ(intake.track().pts_after(4999), std::nullopt);
  EXPECT_EQ(intake.track().pts_after(5000), 50s);
  EXPECT_EQ(intake.backlog().unsettled_written(), 5s);
}

// An outage may last for days, and have a hole in each second.
TEST_F(IntakeTest, ForgetsTheTimesOfWhatWasDropped) {
  for (int i = 0; i < 10; ++i) audio(i * 2s, 100);
  EXPECT_EQ(intake.track().pts_after(0), 0s);
  while (intake.backlog().drop_oldest(200ms)) continue;
  intake.settle(0);
  EXPECT_EQ(intake.track().pts_after(799), std::nullopt);
  EXPECT_EQ(intake.track().pts_after(800), 16s);
  EXPECT_EQ(intake.track().end_pts(), 18100ms);
}

// A lost packet is no silence. What lies around it is heard as one, so that no word is cut in two.
TEST_F(IntakeTest, FillsNoHoleBetweenPackets) {
  HolePolicy filling{.fill_declared = true};
  for (Nanos hole : {20ms, 500ms, 501ms, 3000ms}) {
    SCOPED_TRACE(hole.count());
    for (bool declared : {false, true}) {
      Intake each(filling);
      each.audio({0s, testing::kPackets, testing::packet(1000, {})}, now);
      write_all(each);
      if (declared) each.hole(1s, 1s + hole, true, now);
      each.audio({1s + hole, testing::kPackets, testing::packet(1000, {})}, now);
      EXPECT_EQ(each.backlog().end(), 2000);
      EXPECT_EQ(each.backlog().ledger().filled, 0);
      EXPECT_EQ(each.backlog().ahead(1)->pts, 1s + hole);
      EXPECT_EQ(each.track().end_pts(), 2s + hole);
      EXPECT_EQ(each.track().pts_after(999), 999ms);
      EXPECT_EQ(asks(each), hole > 500ms ? Asks({{Mark::Ask::Finalize, 1000}}) : Asks());
    }
  }
}

TEST_F(IntakeTest, ClosesWhenSamplesBecomePackets) {
  audio(0s, 100);
  intake.audio({150ms, testing::kPackets, testing::packet(100, {})}, now);
  EXPECT_EQ(asks(intake), Asks({{Mark::Ask::Close, 100}}));
  EXPECT_EQ(intake.backlog().end(), 200);
  EXPECT_EQ(intake.track().end_pts(), 250ms);
}

}  // namespace
}  // namespace dg
