// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/backlog.h"

#include <gtest/gtest.h>

#include "support/backlogsteps.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Lost = std::optional<std::pair<Nanos, Nanos>>;

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
  EXPECT_EQ(backlog.unsent(), 0s);
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
  EXPECT_EQ(backlog.unsent(), 50ms);
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
  EXPECT_EQ(backlog.unsent(), 200ms);
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
  EXPECT_EQ(backlog.unsent(), 50ms);
  EXPECT_EQ(backlog.after_dropped(0), 0);  // it may be settled yet
  backlog.rewind(100);
  EXPECT_EQ(backlog.cursor(), 700);
  EXPECT_EQ(backlog.after_dropped(100), 700);  // now it never will
  EXPECT_EQ(backlog.after_dropped(99), 99);
  EXPECT_EQ(backlog.ledger().dropped, 0);  // it was sent
  expect_balanced(backlog.ledger());
}

// One buffer may be a whole file.
TEST(Backlog, KeepsOfALongPieceWhatIsNotSettled) {
  Backlog backlog;
  append(backlog, 60'500);
  write(backlog, 60'000);
  backlog.settle(58'700);
  EXPECT_EQ(backlog.unsettled_written(), 2s);
  backlog.bound_written(30s);
  EXPECT_EQ(backlog.ledger().unprotected, 0);
  backlog.rewind(58'700);
  EXPECT_EQ(backlog.cursor(), 58'700);
  EXPECT_EQ(backlog.ahead(1000)->pts, 58'700ms);
  write(backlog, 1800);
  EXPECT_TRUE(backlog.all_written());
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
  EXPECT_EQ(backlog.unsent(), 250ms);
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

TEST(Backlog, DropsNothingThatIsToBeWrittenAgain) {
  Backlog backlog;
  append(backlog, 1000);
  write(backlog, 600);
  backlog.rewind(200);
  write(backlog, 100);
  EXPECT_EQ(backlog.unsent(), 400ms);
  EXPECT_EQ(backlog.drop_oldest(250ms), Lost({600ms, 750ms}));
  EXPECT_EQ(backlog.ahead_before(500), 200);
  EXPECT_EQ(backlog.ahead_before(700), 300);  // up to the hole
  EXPECT_EQ(backlog.ahead_before(1000), 550);
  EXPECT_EQ(backlog.ahead_before(100), 0);
  EXPECT_EQ(backlog.ledger().sent, 600);
  EXPECT_EQ(backlog.ledger().dropped, 150);
  EXPECT_EQ(backlog.ledger().pending, 250);
  expect_balanced(backlog.ledger());
  EXPECT_EQ(write(backlog, 300), 300);
  EXPECT_EQ(write(backlog, 250), 750);
  EXPECT_EQ(backlog.ledger().sent, 850);
  EXPECT_EQ(backlog.ledger().replayed, 400);
}

TEST(Backlog, DropsAllThatIsNotWritten) {
  Backlog backlog;
  append(backlog, 1000);
  write(backlog, 600);
  backlog.rewind(200);
  write(backlog, 100);
  backlog.drop_unwritten();
  EXPECT_EQ(backlog.ledger().dropped, 400);  // of those that were never written
  EXPECT_EQ(backlog.ledger().pending, 0);
  EXPECT_EQ(backlog.unsent(), 0s);
  EXPECT_TRUE(backlog.all_written());
  expect_balanced(backlog.ledger());
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
  EXPECT_EQ(backlog.unsent(), 50ms);
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
  backlog.drop_unwritten();  // [200, 300) was written and is dropped all the same
  EXPECT_EQ(backlog.after_dropped(0), 1000);
  backlog.settle(400);
  EXPECT_EQ(backlog.after_dropped(400), 1000);
}

TEST(Backlog, BoundsEachFormatByItsTime) {
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

TEST(Backlog, KeepsWhatIsOfAFasterFormat) {
  Backlog backlog;
  AudioFormat slower{Encoding::Mulaw, 100, 1};
  append(backlog, 4000);
  write(backlog, 1000);
  backlog.append({4s, slower, std::vector<std::byte>(100)});
  EXPECT_EQ(backlog.unsent(), 4s);
  EXPECT_EQ(backlog.unsettled_written(), 1s);
  EXPECT_EQ(backlog.drop_oldest(4s), Lost());
  EXPECT_EQ(backlog.drop_oldest(1500ms), Lost({1s, 3500ms}));
  EXPECT_EQ(backlog.unsent(), 1500ms);
  backlog.written(500);
  backlog.written(100);
  backlog.settle(4100);
  EXPECT_EQ(backlog.unsettled_written(), 0s);
  EXPECT_EQ(backlog.unsent(), 0s);
}

TEST(Backlog, WritesPacketsWhole) {
  Backlog backlog;
  append_packet(backlog, 100);
  append_packet(backlog, 50);
  EXPECT_EQ(backlog.end(), 150);
  for (std::int64_t most : {1, 100, 1000}) EXPECT_EQ(backlog.ahead(most)->samples, 100) << most;
  EXPECT_EQ(backlog.ahead(1)->bytes.size(), kPacketHead + 200);
  write(backlog, 1);
  EXPECT_EQ(backlog.cursor(), 100);
  EXPECT_EQ(backlog.unsent(), 50ms);
  EXPECT_EQ(backlog.ledger().sent, 100);
}

TEST(Backlog, WritesAgainFromTheStartOfAPacket) {
  Backlog backlog;
  for (int i = 0; i < 4; ++i) append_packet(backlog, 100);
  write(backlog, 400);
  backlog.settle(250);
  backlog.rewind(250);
  EXPECT_EQ(backlog.cursor(), 200);
  EXPECT_EQ(backlog.after_dropped(250), 250);
  EXPECT_EQ(write(backlog, 200), 200);
  EXPECT_EQ(backlog.ledger().replayed, 200);
}

TEST(Backlog, DropsPacketsWhole) {
  Backlog backlog;
  for (int i = 0; i < 4; ++i) append_packet(backlog, 100);
  write(backlog, 100);
  EXPECT_EQ(backlog.drop_oldest(250ms), Lost({100ms, 200ms}));
  EXPECT_EQ(backlog.unsent(), 200ms);
  EXPECT_EQ(backlog.ledger().dropped, 100);
  EXPECT_EQ(backlog.drop_oldest(200ms), Lost());
  EXPECT_EQ(backlog.cursor(), 200);
  EXPECT_EQ(write(backlog, 200), 200);
}

TEST(Backlog, IgnoresWhatIsNoPacket) {
  Backlog backlog;
  backlog.append({0s, kPackets, std::vector<std::byte>(100)});
  EXPECT_TRUE(backlog.all_written());
  EXPECT_EQ(backlog.end(), 0);
}

}  // namespace
}  // namespace dg
