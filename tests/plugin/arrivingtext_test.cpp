// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/arrivingtext.h"

#include <memory>
#include <string>

#include <gst/check/gsttestclock.h>
#include <gtest/gtest.h>

#include "support/feed.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

class ArrivingTextTest : public testing::Test {
 protected:
  ArrivingTextTest()
      : clock_(gst_test_clock_new()),
        transcriber_(own(gst_element_factory_make("identity", nullptr))),
        overlay_(own(gst_element_factory_make("textoverlay", nullptr))),
        feed_(gst_pad_new("feed", GST_PAD_SRC)),
        source_(pad_of(transcriber_.get(), "src")),
        shown_(std::make_unique<ArrivingText>(transcriber_.get(), source_.get(), overlay_.get())) {
    gst_element_set_clock(overlay_.get(), clock_.get());
    for (GstElement* element : {overlay_.get(), transcriber_.get()})
      gst_element_set_state(element, GST_STATE_PAUSED);
    gst_pad_link(feed_.get(), pad_of(transcriber_.get(), "sink").get());
    gst_pad_set_active(feed_.get(), TRUE);
    shown_->restart();
    shown_->choose(true);
    shown_->draw(true);
    push(gst_event_new_stream_start("text"));
    caps("utf8");
    segment(0s);
  }

  ~ArrivingTextTest() override {
    for (GstElement* element : {overlay_.get(), transcriber_.get()})
      gst_element_set_state(element, GST_STATE_NULL);
    gst_pad_set_active(feed_.get(), FALSE);
  }

  void push(GstEvent* event) { gst_pad_push_event(feed_.get(), event); }
  void caps(const char* format) {
    Ptr<GstCaps> caps(gst_caps_new_simple("text/x-raw", "format", G_TYPE_STRING, format, nullptr));
    push(gst_event_new_caps(caps.get()));
  }
  void segment(Nanos base) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.base = clock(base);
    push(gst_event_new_segment(&segment));
  }
  void text(Nanos from, Nanos to, const std::string& text) {
    GstBuffer* buffer = gst_buffer_new_memdup(text.data(), text.size());
    GST_BUFFER_PTS(buffer) = clock(from);
    GST_BUFFER_DURATION(buffer) = clock(to - from);
    gst_pad_push(feed_.get(), buffer);
  }
  void gap(Nanos from, Nanos to) { push(gst_event_new_gap(clock(from), clock(to - from))); }

  // What is drawn on a picture that passes then.
  std::string at(Nanos now, bool heard = true) {
    gst_test_clock_set_time(GST_TEST_CLOCK(clock_.get()), clock(now));
    shown_->draw(heard);
    gchar* drawn = nullptr;
    g_object_get(overlay_.get(), "text", &drawn, nullptr);
    return Ptr<char>(drawn).get();
  }

  Ptr<GstClock> clock_;
  Ptr<GstElement> transcriber_, overlay_;
  Ptr<GstPad> feed_, source_;
  std::unique_ptr<ArrivingText> shown_;
};

TEST_F(ArrivingTextTest, IsOnFromItsTimeUntilItIsOver) {
  text(100ms, 200ms, "one");
  text(200ms, 300ms, "two");
  gap(300ms, 400ms);
  EXPECT_EQ(at(99ms), "");
  EXPECT_EQ(at(100ms), "one");
  EXPECT_EQ(at(199ms), "one");
  EXPECT_EQ(at(200ms), "two");
  EXPECT_EQ(at(299ms), "two");
  EXPECT_EQ(at(300ms), "");
}

TEST_F(ArrivingTextTest, StaysUntilItIsKnownThatItIsOver) {
  text(100ms, 200ms, "one");
  EXPECT_EQ(at(220ms), "one");
  text(200ms, 300ms, "one");
  EXPECT_EQ(at(300ms), "one");
  gap(300ms, 350ms);
  EXPECT_EQ(at(350ms), "");
}

// The transcriber stands still.
TEST_F(ArrivingTextTest, DoesNotStayForEver) {
  text(100ms, 200ms, "one");
  EXPECT_EQ(at(399ms), "one");
  EXPECT_EQ(at(400ms), "");
}

TEST_F(ArrivingTextTest, DoesNotStayBehindTheEnd) {
  text(100ms, 200ms, "one");
  push(gst_event_new_eos());
  EXPECT_EQ(at(199ms), "one");
  EXPECT_EQ(at(200ms), "");
}

TEST_F(ArrivingTextTest, IsVoidWithAFlush) {
  text(100ms, 200ms, "one");
  EXPECT_EQ(at(150ms), "one");
  push(gst_event_new_flush_start());
  push(gst_event_new_flush_stop(FALSE));
  EXPECT_EQ(at(151ms), "");
  segment(0s);
  text(160ms, 200ms, "two");
  EXPECT_EQ(at(161ms), "two");
}

TEST_F(ArrivingTextTest, HasTheTimeOfItsSegment) {
  text(100ms, 1s, "one");
  segment(1s);
  gap(0s, 0s);
  text(0s, 100ms, "two");
  EXPECT_EQ(at(999ms), "one");
  EXPECT_EQ(at(1s), "two");
}

TEST_F(ArrivingTextTest, GoesOnBehindAnEnd) {
  push(gst_event_new_eos());
  push(gst_event_new_stream_start("more"));
  caps("utf8");
  segment(0s);
  text(100ms, 200ms, "one");
  EXPECT_EQ(at(250ms), "one");
}

TEST_F(ArrivingTextTest, IsMarkup) {
  text(100ms, 200ms, "R&D <i>");
  EXPECT_EQ(at(150ms), "R&amp;D &lt;i&gt;");
  caps("pango-markup");
  text(200ms, 300ms, "<i>R&amp;D</i>");
  EXPECT_EQ(at(250ms), "<i>R&amp;D</i>");
}

// Of two channels; when the one is over, the other is seen again.
TEST_F(ArrivingTextTest, IsTheOneThatCameLast) {
  text(100ms, 300ms, "one");
  text(100ms, 200ms, "two");
  EXPECT_EQ(at(150ms), "two");
  EXPECT_EQ(at(250ms), "one");
}

TEST_F(ArrivingTextTest, IsNoneWithoutSound) {
  text(100ms, 300ms, "one");
  EXPECT_EQ(at(150ms), "one");
  EXPECT_EQ(at(160ms, false), "");
  EXPECT_EQ(at(170ms), "one");
}

TEST_F(ArrivingTextTest, LeavesTheTextPadToOtherText) {
  EXPECT_FALSE(gst_pad_is_linked(source_.get()));
  shown_->choose(false);
  shown_->draw(true);
  EXPECT_TRUE(gst_pad_is_linked(source_.get()));
  shown_->choose(true);
  shown_->draw(true);
  EXPECT_FALSE(gst_pad_is_linked(source_.get()));
}

// Nothing of the run before is seen in the next one, whose time begins anew.
TEST_F(ArrivingTextTest, BeginsAnew) {
  text(100ms, 200ms, "one");
  EXPECT_EQ(at(150ms), "one");
  shown_->restart();
  EXPECT_TRUE(gst_pad_is_linked(source_.get()));
  EXPECT_EQ(at(160ms), "");
}

}  // namespace
}  // namespace dg
