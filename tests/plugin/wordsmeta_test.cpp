// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/wordsmeta.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

GstClockTime same(Nanos time) {
  return static_cast<GstClockTime>(time.count());
}

const std::vector<Word>& words() {
  static const std::vector<Word> two = {{"hello", "Hello,", 1s, 2s, 0.5, 1, ""},
                                        {"ana", "Ana.", 2s, 3s, 0.75, 1, ""}};
  return two;
}

Ptr<GstBuffer> buffer_with_words() {
  register_words_meta();
  Ptr<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, 11, nullptr));
  add_words_meta(buffer.get(), {words(), 1, 2, 0.5, true}, same);
  return buffer;
}

GstStructure* meta_of(GstBuffer* buffer) {
  GstCustomMeta* meta = gst_buffer_get_custom_meta(buffer, kWordsMeta);
  return meta ? gst_custom_meta_get_structure(meta) : nullptr;
}

TEST(WordsMeta, SaysWhatTheTextWasMadeOf) {
  auto buffer = buffer_with_words();
  GstStructure* structure = meta_of(buffer.get());
  ASSERT_TRUE(structure);
  int speaker = -1, channel = -1;
  double confidence = 0;
  gboolean continued = FALSE;
  EXPECT_TRUE(gst_structure_get(structure, "speaker", G_TYPE_INT, &speaker, "channel", G_TYPE_INT,
                                &channel, "confidence", G_TYPE_DOUBLE, &confidence, "continued",
                                G_TYPE_BOOLEAN, &continued, nullptr));
  EXPECT_EQ(speaker, 1);
  EXPECT_EQ(channel, 2);
  EXPECT_EQ(confidence, 0.5);
  EXPECT_TRUE(continued);
}

// The words are in the same form as in the message, so that one reader does for both.
TEST(WordsMeta, HasTheWordsOfTheMessage) {
  auto buffer = buffer_with_words();
  Results results;
  results.words = words();
  auto message = bus::results(results, {}, 1, same);
  EXPECT_EQ(gst_value_compare(gst_structure_get_value(meta_of(buffer.get()), "words"),
                              gst_structure_get_value(message.get(), "words")),
            GST_VALUE_EQUAL);
}

TEST(WordsMeta, LeavesOutASpeakerThatIsNotKnown) {
  register_words_meta();
  Ptr<GstBuffer> buffer(gst_buffer_new());
  add_words_meta(buffer.get(), {words(), std::nullopt, 0, 0, false}, same);
  EXPECT_FALSE(gst_structure_has_field(meta_of(buffer.get()), "speaker"));
}

TEST(WordsMeta, GoesWithAWholeCopy) {
  auto buffer = buffer_with_words();
  Ptr<GstBuffer> copy(gst_buffer_copy(buffer.get()));
  ASSERT_TRUE(meta_of(copy.get()));
  EXPECT_TRUE(gst_structure_is_equal(meta_of(copy.get()), meta_of(buffer.get())));
  Ptr<GstBuffer> deep(gst_buffer_copy_deep(buffer.get()));
  buffer.reset();
  ASSERT_TRUE(meta_of(deep.get()));
  EXPECT_TRUE(gst_structure_is_equal(meta_of(copy.get()), meta_of(deep.get())));
}

TEST(WordsMeta, StaysBehindWhenTheTextIsCut) {
  auto buffer = buffer_with_words();
  Ptr<GstBuffer> part(gst_buffer_copy_region(buffer.get(), GST_BUFFER_COPY_ALL, 0, 5));
  EXPECT_FALSE(meta_of(part.get()));
}

TEST(WordsMeta, MayBeRegisteredAgain) {
  register_words_meta();
  const GstMetaInfo* first = gst_meta_get_info(kWordsMeta);
  register_words_meta();
  EXPECT_TRUE(first);
  EXPECT_EQ(gst_meta_get_info(kWordsMeta), first);
}

}  // namespace
}  // namespace dg
