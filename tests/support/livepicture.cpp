// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/livepicture.h"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <utility>

#include <gst/check/gsttestclock.h>

#include "core/caption.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr gsize kPixels = gsize{320} * 240;
// Of GAPs and captions.
constexpr Nanos kBeat = 50ms;
// So that no picture is due together with a beat.
constexpr Nanos kFirst = 7ms;

std::string seconds(Nanos time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>(time).count());
  return text;
}

// FNV-1a of the luma.
std::uint64_t look_of(GstBuffer* buffer) {
  std::string luma(kPixels, '\0');
  gst_buffer_extract(buffer, 0, luma.data(), luma.size());
  std::uint64_t hash = 14695981039346656037U;
  for (char pixel : luma) hash = (hash ^ static_cast<unsigned char>(pixel)) * 1099511628211U;
  return hash;
}

}  // namespace

std::string scenario_of(const std::vector<Say>& said) {
  std::string steps;
  for (const Say& say : said) {
    steps += steps.empty() ? "[" : ",";
    steps += R"({"at":)" + seconds(say.at) + R"(,"connection":)" + std::to_string(say.connection);
    if (say.text.empty())
      steps += R"(,"drop":true})";
    else
      steps += R"(,"say":")" + say.text + R"(","start":)" + seconds(say.start) + R"(,"duration":)" +
               seconds(say.duration) + R"(,"final":)" + (say.final ? "true" : "false") +
               (say.speaker ? R"(,"speaker":)" + std::to_string(*say.speaker) : "") + "}";
  }
  return steps + "]";
}

namespace counted {

Say interim(int from, int to, Nanos delay) {
  Say said = final(from, to, delay);
  said.final = false;
  return said;
}

Say final(int from, int to, Nanos delay) {
  std::string text;
  for (int i = from; i < to; ++i) text += (text.empty() ? "" : " ") + word(i);
  return {.at = start(to) + delay,
          .text = text,
          .start = start(from),
          .duration = (to - from) * kLength};
}

}  // namespace counted

Bench::Setup LivePicture::setup(const std::vector<Say>& said,
                                std::map<std::string, std::string> properties,
                                const std::string& overlay, By by) {
  Bench::Setup setup;
  setup.server.recognizer = server::RecognizerKind::Script;
  setup.server.scenario = scenario_of(said);
  const std::string camera =
      "appsrc name=camera is-live=true format=time "
      "caps=video/x-raw,format=I420,width=320,height=240,framerate=25/1 ! ";
  const std::string screen = " ! fakesink name=screen sync=true async=false processing-deadline=0";
  if (by == By::DeepgramOverlay) {
    setup.before = "identity name=in ! c.audio_sink ";
    setup.element = "deepgramoverlay name=c " + overlay + " ";
    setup.name = "transcribe";
    setup.after = camera + "c.video_sink c.src" + screen;
  } else {
    setup.after = "over.text_sink " + camera +
                  "queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! "
                  "textoverlay name=over " +
                  overlay + screen;
  }
  setup.properties = std::move(properties);
  return setup;
}

LivePicture::LivePicture(std::vector<Say> said, std::map<std::string, std::string> properties,
                         const std::string& overlay, By by)
    : said_(std::move(said)),
      clock_(gst_test_clock_new()),
      bench_(setup(said_, std::move(properties), overlay, by)),
      by_(by),
      next_capture_(kFirst),
      next_due_(kFirst) {
  gint timing = 0;
  g_object_get(bench_.element(), "timing", &timing, nullptr);
  at_arrival_ = timing == static_cast<gint>(Timing::Arrival);
  gst_pipeline_use_clock(GST_PIPELINE(pipeline().bin()), clock_.get());
  bench_.feed().live(true);
  watch_screen();
  bench_.play();
  Ptr<GstQuery> query(gst_query_new_latency());
  EXPECT_TRUE(gst_element_query(pipeline().bin(), query.get()));
  GstClockTime latency = 0;
  gst_query_parse_latency(query.get(), nullptr, &latency, nullptr);
  latency_ = nanos_of(latency);
  crank(1, 0s);
}

void LivePicture::shown_after(Nanos latency) {
  EXPECT_TRUE(gst_bin_recalculate_latency(GST_BIN(pipeline().bin())));
  latency_ = latency;
}

void LivePicture::watch_screen() {
  on_buffers(pipeline().find("screen"), "sink", [this](GstBuffer* buffer) {
    Picture picture{.at = nanos_of(GST_BUFFER_PTS(buffer)), .look = look_of(buffer)};
    Lock lock(mutex_);
    shown_.push_back(std::move(picture));
  });
}

void LivePicture::push_picture(Nanos at) {
  constexpr gsize size = kPixels * 3 / 2;
  Ptr<GstBuffer> buffer(gst_buffer_new_allocate(nullptr, size, nullptr));
  gst_buffer_memset(buffer.get(), 0, 16, kPixels);
  gst_buffer_memset(buffer.get(), kPixels, 128, size - kPixels);
  GST_BUFFER_PTS(buffer.get()) = clock(at);
  GST_BUFFER_DURATION(buffer.get()) = clock(kFrame);
  GstFlowReturn flow = GST_FLOW_ERROR;
  g_signal_emit_by_name(pipeline().find("camera"), "push-buffer", buffer.get(), &flow);
  EXPECT_EQ(flow, GST_FLOW_OK);
}

// Waits until so many wait for the clock, and lets time go on to the first, which is not after
// `at`; false if they are less.
bool LivePicture::crank(guint pending, Nanos at) {
  auto* test_clock = GST_TEST_CLOCK(clock_.get());
  auto limit = static_cast<guint>(patience() / 1ms);
  gst_test_clock_timed_wait_for_multiple_pending_ids(test_clock, pending, limit, nullptr);
  if (gst_test_clock_peek_id_count(test_clock) < pending) return false;
  Nanos next = nanos_of(gst_test_clock_get_next_entry_time(test_clock));
  EXPECT_LE(next, at);
  gst_test_clock_set_time(test_clock, std::max(clock(next), gst_clock_get_time(clock_.get())));
  GstClockID done = gst_test_clock_process_next_clock_id(test_clock);
  if (done) gst_clock_id_unref(done);
  return done != nullptr;
}

// They are captured with the beat.
Nanos LivePicture::drawn_at(const Picture& picture) {
  return (picture.at / kBeat + 1) * kBeat;
}

void LivePicture::run_until(Nanos end) {
  while (now_ < end && !testing::Test::HasFatalFailure()) {
    Nanos beat = now_ + kBeat;
    for (; next_due_ < next_capture_ && next_due_ + latency_ <= beat; next_due_ += kFrame)
      ASSERT_TRUE(crank(2, next_due_ + latency_))
          << "no picture of " << seconds(next_due_) << " at " << seconds(next_due_ + latency_);
    ASSERT_TRUE(crank(1, beat));
    now_ = beat;
    const bool awaits = at_arrival_ && !muted_;
    if (awaits && by_ == By::DeepgramOverlay) await_text(now_);
    capture();
    await_results();
    if (awaits) await_text(now_ - 2 * kBeat);
  }
}

void LivePicture::capture() {
  for (; next_capture_ < now_; next_capture_ += kFrame) push_picture(next_capture_);
  if (muted_) return;
  ASSERT_EQ(bench_.feed().tones(heard_, now_), GST_FLOW_OK);
  heard_ = now_;
}

void LivePicture::await_results() {
  if (muted_) return;
  std::size_t due = 0;
  for (const Say& say : said_) due += !say.text.empty() && say.connection == 1 && say.at <= now_;
  ASSERT_TRUE(pipeline().wait_for("deepgram/results", due)) << "by " << seconds(now_);
  // It is told before it is on its way to the text pad, and counted after.
  ASSERT_TRUE(pipeline().wait_for_stats("results-messages", due)) << "by " << seconds(now_);
}

// Pictures do not wait for it: it must be there before the next ones come. What a textoverlay holds
// up until then cannot.
void LivePicture::await_text(Nanos least) {
  ASSERT_TRUE(pipeline().record().wait([least](const Record::Entries& entries) {
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (auto* text = std::get_if<TextBuffer>(&*entry)) return nanos_of(text->end()) >= least;
      auto* event = std::get_if<EventRef>(&*entry);
      if (!event || GST_EVENT_TYPE(event->get()) != GST_EVENT_GAP) continue;
      GstClockTime from = 0, length = 0;
      gst_event_parse_gap(event->get(), &from, &length);
      return nanos_of(from + length) >= least;
    }
    return false;
  })) << "by "
      << seconds(now_);
}

// As textoverlay takes them: one after the other, each until it is over.
std::vector<LivePicture::Picture> LivePicture::pictures() {
  std::vector<TextBuffer> texts = pipeline().texts();
  std::vector<Picture> out;
  {
    Lock lock(mutex_);
    out = shown_;
  }
  guint lateness = 0;
  g_object_get(bench_.element(), "lateness", &lateness, nullptr);
  for (TextBuffer& text : texts) text.pts += lateness * GST_MSECOND;
  auto text = texts.begin();
  for (Picture& picture : out) {
    while (text != texts.end() && nanos_of(text->end()) <= picture.at) ++text;
    if (text == texts.end() || nanos_of(text->pts) >= picture.at + kFrame) continue;
    picture.changes = nanos_of(text->pts) > picture.at;
    if (!picture.changes) picture.text = text->text;
  }
  return out;
}

std::optional<Nanos> LivePicture::first_with(const std::string& word) {
  for (const Picture& picture : pictures()) {
    std::istringstream in(picture.text);
    for (std::string each; in >> each;)
      if (each == word) return picture.at;
  }
  return std::nullopt;
}

}  // namespace dg
