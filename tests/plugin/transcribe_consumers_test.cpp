// SPDX-License-Identifier: LGPL-2.1-or-later
// The elements that take text, each behind the element and one demuxer: what they make of it is
// whole and right.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/recording.h"

namespace dg {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kLength = 6s;
const std::string kQueue = "queue max-size-time=15000000000 max-size-bytes=0 max-size-buffers=0";

// A pipeline of a recording, with this between its demuxer ("file") and its end.
struct Played {
  explicit Played(const std::string& rest, Nanos length = kLength)
      : recording(length),
        server(std::move(*server::Server::start({}))),
        pipeline("filesrc location=" + recording.path() + " ! matroskademux name=file " + rest) {
    pipeline.set("url", server->url());
    pipeline.set("max-rate", "0");
    pipeline.set("granularity", "word");
    pipeline.set("language", "de-CH");
  }
  ~Played() { pipeline.change(GST_STATE_NULL); }

  // All that the element gave, and nothing went wrong.
  void expect_all_words() {
    EXPECT_TRUE(same_words(words_in(pipeline.texts()), words_between(0s, recording.length())));
    EXPECT_TRUE(pipeline.messages(GST_MESSAGE_ERROR).empty());
  }

  Recording recording;
  std::unique_ptr<server::Server> server;
  Pipeline pipeline;
};

// The buffers that go into an element, as long as this lives; to be read when the pipeline stands.
class Arrivals {
 public:
  Arrivals(GstElement* bin, const char* element) {
    Ptr<GstElement> to(gst_bin_get_by_name(GST_BIN(bin), element));
    pad_.reset(gst_element_get_static_pad(to.get(), "sink"));
    id_ = gst_pad_add_probe(
        pad_.get(), static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM),
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<Arrivals*>(self)->note(info);
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  ~Arrivals() { gst_pad_remove_probe(pad_.get(), id_); }
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;

  std::vector<TextBuffer> buffers;
  std::string language;  // of the last tags

 private:
  void note(GstPadProbeInfo* info) {
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER)
      return note(GST_PAD_PROBE_INFO_BUFFER(info));
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_TAG) return;
    GstTagList* tags = nullptr;
    const char* code = nullptr;
    gst_event_parse_tag(event, &tags);
    if (gst_tag_list_peek_string_index(tags, GST_TAG_LANGUAGE_CODE, 0, &code)) language = code;
  }
  void note(GstBuffer* buffer) {
    std::string bytes(gst_buffer_get_size(buffer), '\0');
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    buffers.push_back({GST_BUFFER_PTS(buffer), GST_BUFFER_DURATION(buffer), std::move(bytes)});
  }

  Ptr<GstPad> pad_;
  gulong id_ = 0;
};

void expect_same_time(GstClockTime is, GstClockTime expected, const std::string& where) {
  EXPECT_LT(abs(nanos_of(is) - nanos_of(expected)), 2ms) << where;  // files count in ms
}

void expect_same_texts(const std::vector<TextBuffer>& are,
                       const std::vector<TextBuffer>& expected) {
  ASSERT_EQ(are.size(), expected.size());
  for (std::size_t i = 0; i < are.size(); ++i) {
    EXPECT_EQ(are[i].text, expected[i].text);
    expect_same_time(are[i].pts, expected[i].pts, expected[i].text);
    expect_same_time(are[i].end(), expected[i].end(), expected[i].text);
  }
}

// --- files

struct Muxer {
  const char* name;
  std::string elements;  // that lead to it, and its text pad first
  const char* demuxer;
};
void PrintTo(const Muxer& muxer, std::ostream* out) {
  *out << muxer.name;
}

// Behind queues of this kind.
std::string between(const Muxer& muxer, const std::string& queue, const std::string& path) {
  std::string rest = muxer.elements;
  for (std::size_t at = 0; (at = rest.find("QUEUE", at)) != std::string::npos; at += queue.size())
    rest.replace(at, 5, queue);
  return rest + " ! filesink location=" + path;
}

class TranscribeMuxed : public testing::TestWithParam<Muxer> {
 protected:
  // Plays the file that was made: its text must be what the element gave.
  void expect_read_back(const Pipeline& pipeline) {
    std::string description = "filesrc location=" + file_.path() + " ! " + GetParam().demuxer +
                              " name=file file.subtitle_0 ! fakesink name=text sync=false";
    Ptr<GstElement> reader(own(gst_parse_launch(description.c_str(), nullptr)));
    Arrivals arrivals(reader.get(), "text");
    EXPECT_TRUE(play_out(reader.get()));
    std::erase_if(arrivals.buffers, [](const TextBuffer& buffer) { return buffer.text.empty(); });
    expect_same_texts(arrivals.buffers, pipeline.texts());
    EXPECT_EQ(arrivals.language, "de");
  }

  ScratchFile file_;
};

TEST_P(TranscribeMuxed, IsAllInTheFile) {
  Played played(between(GetParam(), kQueue, file_.path()));
  ASSERT_TRUE(played.pipeline.play_to_the_end());
  played.pipeline.change(GST_STATE_NULL);
  played.expect_all_words();
  expect_read_back(played.pipeline);
}

const Muxer kMatroska{"matroskamux",
                      "file.video_0 ! QUEUE ! mux.video_0 file.audio_0 ! tee name=audio "
                      "audio. ! QUEUE ! mux.audio_0 "
                      "audio. ! QUEUE ! deepgramtranscribe name=dg ! mux.subtitle_0 "
                      "matroskamux name=mux",
                      "matroskademux"};
const Muxer kQt{"qtmux",
                "file.video_0 ! QUEUE ! videoconvert ! jpegenc ! mux.video_0 "
                "file.audio_0 ! tee name=audio audio. ! QUEUE ! mux.audio_0 "
                "audio. ! QUEUE ! deepgramtranscribe name=dg ! mux.subtitle_0 qtmux name=mux",
                "qtdemux"};
const Muxer kMp4{"mp4mux",
                 "file.audio_0 ! tee name=audio audio. ! QUEUE ! audioconvert ! audioresample ! "
                 "voaacenc ! mux.audio_0 audio. ! QUEUE ! deepgramtranscribe name=dg ! "
                 "mux.subtitle_0 mp4mux name=mux",
                 "qtdemux"};

INSTANTIATE_TEST_SUITE_P(Into, TranscribeMuxed, testing::Values(kMatroska, kQt, kMp4),
                         [](const auto& one) { return std::string(one.param.name); });

// It does not wait for text once it knows its caps, but for the end.
TEST(TranscribeMuxedShort, EndsInMatroska) {
  ScratchFile file;
  Played played(between(kMatroska, "queue", file.path()), 3s);
  ASSERT_TRUE(played.pipeline.play_to_the_end());
  EXPECT_TRUE(played.pipeline.messages(GST_MESSAGE_ERROR).empty());
}

// It takes all text at once and then waits for more: no text that we may give lets it go on, so
// what mends it must be told.
TEST(TranscribeMuxedShort, IsToldWithQt) {
  ScratchFile file;
  Played played(between(kQt, "queue", file.path()), 3s);
  played.pipeline.change(GST_STATE_PLAYING);
  EXPECT_TRUE(played.pipeline.wait_for(GST_MESSAGE_WARNING));
}

// --- pictures

TEST(TranscribeRendered, IsAPictureForEachText) {
  Played played("file.audio_0 ! " + kQueue +
                " ! deepgramtranscribe name=dg ! textrender ! "
                "video/x-raw,width=160,height=48 ! fakesink name=pictures sync=false");
  Arrivals pictures(played.pipeline.bin(), "pictures");
  ASSERT_TRUE(played.pipeline.play_to_the_end());
  played.pipeline.change(GST_STATE_NULL);
  played.expect_all_words();
  auto texts = played.pipeline.texts();
  ASSERT_EQ(pictures.buffers.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(pictures.buffers[i].pts, texts[i].pts);
    EXPECT_EQ(pictures.buffers[i].duration, texts[i].duration);
    EXPECT_NE(pictures.buffers[i].text, pictures.buffers[(i + 1) % texts.size()].text);
  }
}

// The element of this kind in a bin, or null.
Ptr<GstElement> found_in(GstElement* bin, const char* kind) {
  GstIterator* all = gst_bin_iterate_all_by_element_factory_name(GST_BIN(bin), kind);
  GValue first = G_VALUE_INIT;
  bool any = gst_iterator_next(all, &first) == GST_ITERATOR_OK;
  GstElement* found = any ? GST_ELEMENT(g_value_dup_object(&first)) : nullptr;
  if (any) g_value_unset(&first);
  gst_iterator_free(all);
  return Ptr<GstElement>(found);
}

// A picture that comes before the text's caps passes it as it is, so they are shown in their time:
// as fast as they are made, all six seconds of them may be over before.
TEST(TranscribeRendered, LeavesSubtitleoverlayItsPictures) {
  Played played("file.video_0 ! " + kQueue +
                " ! over.video_sink subtitleoverlay name=over ! fakesink name=screen sync=true "
                "file.audio_0 ! " +
                kQueue + " ! deepgramtranscribe name=dg ! over.subtitle_sink");
  Arrivals screen(played.pipeline.bin(), "screen");
  ASSERT_TRUE(played.pipeline.play_to_the_end());  // of the pictures: it does not wait for text
  EXPECT_TRUE(found_in(played.pipeline.find("over"), "textoverlay"));
  played.pipeline.change(GST_STATE_NULL);
  EXPECT_EQ(screen.buffers.size(), played.recording.pictures());
  EXPECT_TRUE(played.pipeline.messages(GST_MESSAGE_ERROR).empty());
}

// --- streams

TEST(TranscribeSynchronized, PassesWithTheOtherStreams) {
  Played played("file.video_0 ! " + kQueue +
                " ! sync.sink_0 streamsynchronizer name=sync file.audio_0 ! " + kQueue +
                " ! deepgramtranscribe name=dg ! sync.sink_1 "
                "sync.src_0 ! fakesink name=screen sync=false "
                "sync.src_1 ! fakesink name=text sync=false");
  Arrivals screen(played.pipeline.bin(), "screen"), text(played.pipeline.bin(), "text");
  ASSERT_TRUE(played.pipeline.play_to_the_end());
  played.pipeline.change(GST_STATE_NULL);
  played.expect_all_words();
  EXPECT_EQ(screen.buffers.size(), played.recording.pictures());
  expect_same_texts(text.buffers, played.pipeline.texts());
}

}  // namespace
}  // namespace dg
