// SPDX-License-Identifier: LGPL-2.1-or-later
// Captions in files: subtitles as players read them, and tracks of text.
#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "support/bench.h"
#include "support/recording.h"
#include "support/subtitlefile.h"

namespace dg {
namespace {

using namespace std::chrono_literals;
using server::RecognizerKind;

constexpr Nanos kLength = 30s;
constexpr Nanos kBetween = 80ms, kShortest = 833ms, kLongest = 7s, kColumn = 50ms;
constexpr Nanos kRounding = 1ms;  // files have whole milliseconds
constexpr std::size_t kLines = 2, kLineLength = 42;

struct Talk {
  const char* name;
  const char* scenario;
  const char* labels;
  const char* text;  // that must be in the file, but for blanks
};
void PrintTo(const Talk& talk, std::ostream* out) {
  *out << talk.name;
}

const Talk kTalks[] = {
    {"Plain",
     R"([{"at":12,"start":0.5,"duration":11,"say":"Well, we've been here before, haven't we? It was the first night of a long summer, and nobody knew what was to come of it. Then the rain began."},
         {"at":13,"start":11.7,"duration":0.4,"say":"Yes.","speech_final":true},
         {"at":20,"start":14,"duration":5,"say":"This is somebody who speaks so fast that nobody could ever read along, because a whole paragraph of words, clauses and asides goes by in the time in which others say good morning.","speech_final":true},
         {"at":23,"start":22,"duration":0.2,"say":"No.","speech_final":true}])",
     "none",
     "Well, we've been here before, haven't we? It was the first night of a long summer, and "
     "nobody "
     "knew what was to come of it. Then the rain began. Yes. This is somebody who speaks so fast "
     "that nobody could ever read along, because a whole paragraph of words, clauses and asides "
     "goes by in the time in which others say good morning. No."},
    {"Signs",
     R"([{"at":8,"start":0.5,"duration":6,"say":"R&B <now> --> \"it's\" &amp; <b>bold</b> ----> 'so' & so < 3 > 2 &#39; NOTE WEBVTT 100% {\\an8} \\N","speech_final":true}])",
     "none",
     "R&B <now> -> \"it's\" &amp; <b>bold</b> -> 'so' & so < 3 > 2 &#39; NOTE WEBVTT 100% {\\an8} "
     "\\N"},
    {"BlankLines",
     R"([{"at":4,"send":{"type":"Results","channel_index":[0,1],"start":0,"duration":4,"is_final":true,
          "speech_final":true,"channel":{"alternatives":[{"transcript":"one two","confidence":1,"words":[
          {"word":"one","start":0.5,"end":2,"confidence":1,"punctuated_word":"one\n\n2\n00:00:09,000 --> 00:00:10,000\nx"},
          {"word":"blank","start":2,"end":2.5,"confidence":1,"punctuated_word":" \n\r\n\t "},
          {"word":"two","start":2.5,"end":3,"confidence":1,"punctuated_word":"\n\ntwo\r\n\r\n"}]}]}}}])",
     "none", "one 2 00:00:09,000 -> 00:00:10,000 x two"},
    {"Japanese",
     R"([{"at":12,"start":0.5,"duration":11,"say":"吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。吾輩はここで始めて人間というものを見た。","speech_final":true}])",
     "none",
     "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所"
     "で"
     "ニャーニャー泣いていた事だけは記憶している。吾輩はここで始めて人間というものを見た。"},
    {"OtherScripts",
     R"([{"at":8,"start":0.5,"duration":7,"say":"مرحبا بكم في هذا البث المباشر، نتمنى لكم مشاهدة ممتعة. Съешь же ещё этих мягких французских булок.","speech_final":true},
         {"at":16,"start":9,"duration":6,"say":"สวัสดีครับยินดีต้อนรับสู่การถ่ายทอดสดของเราในวันนี้ naïve 🎉 café","speech_final":true}])",
     "none",
     "مرحبا بكم في هذا البث المباشر، نتمنى لكم مشاهدة ممتعة. Съешь же ещё этих мягких французских "
     "булок. สวัสดีครับยินดีต้อนรับสู่การถ่ายทอดสดของเราในวันนี้ naïve 🎉 café"},
    {"Names",
     R"([{"at":6,"start":0.5,"duration":4,"say":"Have you read what they wrote about us?","speaker":0,"speech_final":true},
         {"at":9,"start":4.5,"duration":2,"say":"I have not, no.","speaker":1,"speech_final":true},
         {"at":12,"start":8,"duration":2,"say":"Not yet.","speaker":1,"speech_final":true}])",
     "name",
     "Speaker 0: Have you read what they wrote about us? Speaker 1: I have not, no. Not yet."},
    {"Dashes",
     R"([{"at":6,"start":0.5,"duration":2,"say":"Have you read it?","speaker":0,"speech_final":true},
         {"at":9,"start":2.5,"duration":2,"say":"No.","speaker":1,"speech_final":true}])",
     "dash", "- Have you read it? - No."},
};

std::size_t columns_of(const std::string& line) {
  std::size_t count = 0;
  for (const char* at = line.c_str(); *at != '\0'; at = g_utf8_next_char(at))
    count += g_unichar_iswide(g_utf8_get_char(at)) ? 2 : 1;
  return count;
}

// What is left when nothing depends on where lines are broken.
std::string without_blanks(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

std::string all_text(const Subtitles& cues) {
  std::string all;
  for (const Subtitle& cue : cues) all += cue.text();
  return without_blanks(all);
}

// What a viewer may ask of the cues of one channel.
void expect_readable(const Subtitles& cues) {
  for (std::size_t i = 0; i < cues.size(); ++i) {
    const Subtitle& cue = cues[i];
    SCOPED_TRACE(cue.text());
    Nanos shown = cue.end - cue.start, room = kLongest;
    EXPECT_LE(cue.lines.size(), kLines);
    Nanos reading{};
    for (const std::string& line : cue.lines) {
      EXPECT_LE(columns_of(line), kLineLength);
      reading += kColumn * static_cast<Nanos::rep>(columns_of(line));
    }
    EXPECT_LE(shown, kLongest + kRounding);
    if (i + 1 < cues.size()) {
      EXPECT_GE(cues[i + 1].start - cue.end, kBetween - kRounding);
      room = std::min(room, cues[i + 1].start - cue.start - kBetween);
    }
    EXPECT_GE(shown, std::min(std::max(reading, kShortest), room) - kRounding);
  }
}

struct Format {
  const char* name;
  const char* encoder;
  Result<Subtitles> (*parse)(std::string_view);
};
void PrintTo(const Format& format, std::ostream* out) {
  *out << format.name;
}

const Format kFormats[] = {
    {"Srt", "text/x-raw,format=utf8 ! srtenc name=encoder", parse_srt},
    {"WebVtt", "text/x-raw,format=pango-markup ! webvttenc name=encoder", parse_webvtt},
};

// All that an element gives to what is behind it.
class Tape {
 public:
  explicit Tape(GstElement* element) {
    on_buffers(element, "src", [this](GstBuffer* buffer) {
      std::string bytes(gst_buffer_get_size(buffer), '\0');
      gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
      bytes_ += bytes;
    });
  }
  // Once the pipeline has ended.
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

Bench::Setup talking(const char* scenario, const std::string& after) {
  Bench::Setup setup;
  setup.server.recognizer = RecognizerKind::Script;
  setup.server.scenario = scenario;
  setup.after = after;
  setup.properties = {{"granularity", "cue"}, {"language", "en-GB"}};
  return setup;
}

std::string file_of(const Talk& talk, const std::string& encoder, const char* granularity = "cue") {
  Bench bench(talking(talk.scenario, encoder + " ! fakesink sync=false async=false"));
  bench.pipeline().set("speaker-labels", talk.labels);
  bench.pipeline().set("granularity", granularity);
  Tape tape(bench.pipeline().find("encoder"));
  bench.play();
  bench.feed().tones(0s, kLength);
  EXPECT_TRUE(bench.finish());
  return tape.bytes();
}

class SubtitleFiles : public testing::TestWithParam<std::tuple<Format, Talk>> {};

TEST_P(SubtitleFiles, AreValidAndReadWell) {
  const auto& [format, talk] = GetParam();
  std::string file = file_of(talk, format.encoder);
  SCOPED_TRACE(file);
  auto cues = format.parse(file);
  ASSERT_TRUE(cues) << cues.error().text;
  EXPECT_EQ(all_text(*cues), without_blanks(talk.text));
  expect_readable(*cues);
}

TEST_P(SubtitleFiles, OfUtterancesAreValid) {
  const auto& [format, talk] = GetParam();
  std::string file = file_of(talk, format.encoder, "utterance");
  SCOPED_TRACE(file);
  auto cues = format.parse(file);
  ASSERT_TRUE(cues) << cues.error().text;
  EXPECT_FALSE(cues->empty());
}

INSTANTIATE_TEST_SUITE_P(Each, SubtitleFiles,
                         testing::Combine(testing::ValuesIn(kFormats), testing::ValuesIn(kTalks)),
                         [](const auto& of) {
                           return std::string(std::get<0>(of.param).name) + "Of" +
                                  std::get<1>(of.param).name;
                         });

// Were the tests above to forgive these, they would show nothing.
TEST(SubtitleParsers, ForgiveNothing) {
  EXPECT_TRUE(parse_srt("1\n00:00:01,000 --> 00:00:02,000\na\nb\n\n"));
  for (const char* bad : {
           "2\n00:00:01,000 --> 00:00:02,000\na\n\n",
           "1\n00:00:01.000 --> 00:00:02.000\na\n\n",
           "1\n00:00:01,000 --> 00:00:02,000 \na\n\n",
           "1\n00:00:02,000 --> 00:00:02,000\na\n\n",
           "1\n00:61:02,000 --> 00:61:03,000\na\n\n",
           "1\n00:00:01,000 --> 00:00:02,000\na",
           "1\n00:00:01,000 --> 00:00:02,000\n\n",
           "1\n00:00:01,000 --> 00:00:02,000\na\n\nb\n\n",
           "1\n00:00:01,000 --> 00:00:02,000\n \n\n",
           "1\n00:00:01,000 --> 00:00:02,000\na --> b\n\n",
           "1\n00:00:01,000 --> 00:00:02,000\n\xff\n\n",
           "1\n00:00:03,000 --> 00:00:04,000\na\n\n2\n00:00:01,000 --> 00:00:02,000\na\n\n",
       })
    EXPECT_FALSE(parse_srt(bad)) << bad;
  EXPECT_TRUE(parse_webvtt("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n&lt;R&amp;B&gt;\n\n"));
  for (const char* bad : {
           "00:00:01.000 --> 00:00:02.000\na\n\n",
           "WEBVTT\n\n00:00:01,000 --> 00:00:02,000\na\n\n",
           "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nR&B\n\n",
           "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\na < b\n\n",
           "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\ndon&#39;t\n\n",
       })
    EXPECT_FALSE(parse_webvtt(bad)) << bad;
}

struct Container {
  const char* name;
  const char* encoder;  // of the sound
  const char* muxer;
  const char* demuxer;
};
void PrintTo(const Container& container, std::ostream* out) {
  *out << container.name;
}

// No Opus in MP4: qtdemux 1.22 would leak its caps.
const Container kContainers[] = {
    {"Matroska", "opusenc", "matroskamux", "matroskademux"},
    {"Mp4", "voaacenc", "mp4mux", "qtdemux"},
};

// The track of text that a demuxer finds in a file.
class TextTrack {
 public:
  TextTrack(const std::string& file, const std::string& demuxer) {
    std::string description =
        "filesrc location=" + file + " ! " + demuxer +
        " name=file file.subtitle_0 ! fakesink name=text sync=false async=false "
        "file.audio_0 ! fakesink sync=false async=false";
    pipeline_ = own(gst_parse_launch(description.c_str(), nullptr));
    Ptr<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "text"));
    Ptr<GstPad> pad(gst_element_get_static_pad(sink.get(), "sink"));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<TextTrack*>(self)->note(info);
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
  }
  ~TextTrack() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
  TextTrack(const TextTrack&) = delete;
  TextTrack& operator=(const TextTrack&) = delete;

  bool read() {
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    GstBus* bus = gst_element_get_bus(pipeline_.get());
    auto ends = static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    Ptr<GstMessage> end(gst_bus_timed_pop_filtered(bus, clock(patience()), ends));
    gst_object_unref(bus);
    return end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS;
  }
  // With all their lines as one.
  const Subtitles& cues() const { return cues_; }
  const std::string& language() const { return language_; }
  // A text in the form that the demuxer gives it.
  std::string as_given(const std::string& text) const {
    return markup_ ? Ptr<char>(g_markup_escape_text(text.c_str(), -1)).get() : text;
  }

 private:
  void note(GstPadProbeInfo* info) {
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER)
      return note(GST_PAD_PROBE_INFO_BUFFER(info));
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    switch (GST_EVENT_TYPE(event)) {
      case GST_EVENT_SEGMENT:
        return gst_event_copy_segment(event, &segment_);
      case GST_EVENT_CAPS:
        return note_caps(event);
      case GST_EVENT_TAG:
        return note_tags(event);
      default:
        return;
    }
  }
  void note_caps(GstEvent* event) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    markup_ = text_field(gst_caps_get_structure(caps, 0), "format") == "pango-markup";
  }
  void note_tags(GstEvent* event) {
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event, &tags);
    char* code = nullptr;
    if (gst_tag_list_get_string(tags, GST_TAG_LANGUAGE_CODE, &code)) language_ = code;
    g_free(code);
  }
  void note(GstBuffer* buffer) {
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
    std::string text(reinterpret_cast<const char*>(map.data), map.size);
    gst_buffer_unmap(buffer, &map);
    GstClockTime start =
        gst_segment_to_stream_time(&segment_, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    cues_.push_back({nanos_of(start), nanos_of(start + GST_BUFFER_DURATION(buffer)), {text}});
  }

  Ptr<GstElement> pipeline_;
  GstSegment segment_{};
  bool markup_ = false;
  Subtitles cues_;
  std::string language_;
};

class TracksOfText : public testing::TestWithParam<Container> {};

TEST_P(TracksOfText, HaveTheTextAndItsLanguage) {
  ScratchFolder folder;
  std::string file = folder.path() / "captioned";
  const Talk& talk = kTalks[0];
  Bench::Setup setup = talking(talk.scenario, std::string("file.subtitle_0 ") + GetParam().muxer +
                                                  " name=file ! filesink location=" + file);
  setup.before = "tee name=in in. ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! " +
                 std::string(GetParam().encoder) + " ! queue ! file. in. ! queue ! ";
  Bench bench(setup);
  bench.play();
  bench.feed().tones(0s, kLength);
  ASSERT_TRUE(bench.finish());
  ASSERT_TRUE(bench.pipeline().wait_for(GST_MESSAGE_EOS));
  bench.pipeline().change(GST_STATE_NULL);

  TextTrack track(file, GetParam().demuxer);
  ASSERT_TRUE(track.read());
  EXPECT_EQ(track.language(), "en");
  auto texts = bench.pipeline().texts();
  ASSERT_EQ(track.cues().size(), texts.size());
  ASSERT_GT(texts.size(), 1u);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Subtitle& cue = track.cues()[i];
    EXPECT_EQ(cue.lines.at(0), track.as_given(texts[i].text));
    EXPECT_LE(abs(cue.start - nanos_of(texts[i].pts)), kRounding);
    EXPECT_LE(abs(cue.end - nanos_of(texts[i].end())), kRounding);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, TracksOfText, testing::ValuesIn(kContainers),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace dg
