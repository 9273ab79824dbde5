// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/control.h"

#include <string>

#include <gtest/gtest.h>

namespace dg {
namespace {

Control finalize(Position at, std::optional<int> channel = std::nullopt) {
  return {Control::Finalize{channel}, at};
}

Control configure(Position at, bool numerals) {
  return {Control::Configure{numerals}, at};
}

// "F", "F1", "C+" and "C-", each with its place, as they are to be written.
std::string written(Controls& controls) {
  std::string text;
  while (const Control* next = controls.next()) {
    if (auto* is = std::get_if<Control::Finalize>(&next->what))
      text += "F" + (is->channel ? std::to_string(*is->channel) : "");
    else
      text += std::get<Control::Configure>(next->what).numerals ? "C+" : "C-";
    text += "@" + std::to_string(next->at) + " ";
    controls.note_written(next->at);
  }
  return text;
}

TEST(Controls, ComeInOrder) {
  Controls controls;
  EXPECT_EQ(controls.next(), nullptr);
  controls.add(finalize(10));
  controls.add(configure(10, true));
  controls.add(finalize(20, 1));
  controls.add(configure(30, false));
  EXPECT_EQ(written(controls), "F@10 C+@10 F1@20 C-@30 ");
  EXPECT_EQ(written(controls), "");
}

// Audio between them was dropped.
TEST(Controls, AreOnceWhereNothingIsWrittenBetween) {
  Controls controls;
  for (Position at : {10, 20, 30}) controls.add(finalize(at));
  for (Position at : {10, 20, 30}) controls.add(finalize(at, 1));
  controls.note_written(20);
  EXPECT_EQ(written(controls), "F@30 F1@10 F1@20 F1@30 ");
}

// Whoever asks again and again at one place asks once.
TEST(Controls, AreOnceAtAPlace) {
  Controls controls;
  for (int i = 0; i < 3; ++i) {
    controls.add(finalize(10));
    controls.add(finalize(10, 0));
    controls.add(finalize(10, 1));
    controls.add(configure(10, i == 0));
  }
  controls.add(finalize(11));
  EXPECT_EQ(written(controls), "F@10 F0@10 F1@10 C-@10 F@11 ");
}

TEST(Controls, AreAskedAgainOnAnotherConnectionUntilTheyAreAnswered) {
  Controls controls;
  controls.add(finalize(10));
  controls.add(finalize(20, 1));
  controls.add(finalize(30));
  controls.add(configure(30, true));
  controls.note_written(10);
  controls.note_written(20);
  controls.settle([](std::optional<int> channel) { return channel ? 19 : 10; });
  controls.restart();
  EXPECT_EQ(written(controls), "F1@20 F@30 ");  // the query says what is configured
  controls.settle([](std::optional<int>) { return 30; });
  controls.restart();
  EXPECT_EQ(written(controls), "");
}

TEST(Controls, OfWhatIsConfiguredAFlushTakesNothing) {
  Controls controls;
  controls.add(finalize(10));
  controls.add(configure(10, true));
  controls.flush();
  EXPECT_EQ(written(controls), "C+@10 ");
}

// One that waits for its answer does not stand for one that is asked for later.
TEST(Controls, MayBeAskedForAgainWhenTheyAreWritten) {
  Controls controls;
  controls.add(finalize(10));
  controls.note_written(10);
  controls.add(finalize(10));
  EXPECT_EQ(written(controls), "F@10 ");
}

}  // namespace
}  // namespace dg
