// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/results.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

// Positions of the connection lie 100 s later in running time.
GstClockTime later(Nanos position) {
  return static_cast<GstClockTime>((position + 100s).count());
}

std::string line_of(const GstStructure* structure) {
  Ptr<char> text(gst_structure_to_string(structure));
  return text.get();
}

// Holds a structure against one in GStreamer's notation: the same name, fields, types and values.
testing::AssertionResult is(const GstStructure* structure, const char* expected) {
  Ptr<GstStructure> wanted(gst_structure_from_string(expected, nullptr));
  if (!wanted) return testing::AssertionFailure() << "cannot read " << expected;
  if (gst_structure_is_equal(structure, wanted.get())) return testing::AssertionSuccess();
  return testing::AssertionFailure() << line_of(structure);
}

const GstStructure* item(const GstStructure* structure, const char* field, guint index) {
  const GValue* array = gst_structure_get_value(structure, field);
  return gst_value_get_structure(gst_value_array_get_value(array, index));
}

guint size(const GstStructure* structure, const char* field) {
  return gst_value_array_get_size(gst_structure_get_value(structure, field));
}

Results sample() {
  Results results;
  results.channel = {1, 2};
  results.start = 1s;
  results.duration = 2s;
  results.is_final = results.from_finalize = true;
  results.transcript = "Hello, Ana.";
  results.confidence = 0.5;
  results.words = {{"hello", "Hello,", 1s, 1500ms, 0.25, 0, "en"},
                   {"ana", "Ana.", 2s, 2500ms, 0.75, std::nullopt, ""}};
  results.languages = {"en", "es"};
  results.entities = {{"NAME", "Ana.", "ana", 0.5, 1, 2}, {"CITY", "Rome", "", 0.25, 0, 1}};
  results.search = {{"anna", {{0.5, 2s, 2500ms, "ana"}}}};
  results.request_id = "r-1";
  return results;
}

constexpr Stamp kStamp{7, 5, 9, 2};

TEST(ResultsMessage, HasEveryFieldInItsType) {
  auto structure = bus::results(sample(), kStamp, 3, later);
  for (const char* array : {"words", "languages", "entities", "search", "extra"}) {
    EXPECT_TRUE(gst_structure_has_field_typed(structure.get(), array, GST_TYPE_ARRAY)) << array;
    gst_structure_remove_field(structure.get(), array);
  }
  EXPECT_TRUE(is(structure.get(),
                 "deepgram/results, transcript=(string)\"Hello, Ana.\", is-final=(boolean)true, "
                 "speech-final=(boolean)false, from-finalize=(boolean)true, channel=(int)1, "
                 "channels=(int)2, confidence=(double)0.5, timestamp=(guint64)7, "
                 "stream-time=(guint64)5, running-time=(guint64)9, duration=(guint64)2, "
                 "endtime=(guint64)7, connection=(uint)3, request-id=(string)r-1;"));
}

TEST(ResultsMessage, PlacesItsWordsInRunningTime) {
  auto structure = bus::results(sample(), kStamp, 3, later);
  ASSERT_EQ(size(structure.get(), "words"), 2u);
  EXPECT_TRUE(is(item(structure.get(), "words", 0),
                 "word, word=(string)hello, punctuated-word=(string)\"Hello,\", "
                 "start=(guint64)101000000000, end=(guint64)101500000000, "
                 "confidence=(double)0.25, speaker=(int)0, language=(string)en;"));
  EXPECT_TRUE(is(item(structure.get(), "words", 1),
                 "word, word=(string)ana, punctuated-word=(string)Ana., "
                 "start=(guint64)102000000000, end=(guint64)102500000000, "
                 "confidence=(double)0.75;"));
}

TEST(ResultsMessage, ListsLanguagesAndEntities) {
  auto structure = bus::results(sample(), kStamp, 3, later);
  ASSERT_EQ(size(structure.get(), "languages"), 2u);
  const GValue* languages = gst_structure_get_value(structure.get(), "languages");
  EXPECT_STREQ(g_value_get_string(gst_value_array_get_value(languages, 1)), "es");
  ASSERT_EQ(size(structure.get(), "entities"), 2u);
  EXPECT_TRUE(is(item(structure.get(), "entities", 0),
                 "entity, label=(string)NAME, value=(string)Ana., raw-value=(string)ana, "
                 "confidence=(double)0.5, start-word=(int)1, end-word=(int)2;"));
  EXPECT_TRUE(is(item(structure.get(), "entities", 1),
                 "entity, label=(string)CITY, value=(string)Rome, confidence=(double)0.25, "
                 "start-word=(int)0, end-word=(int)1;"));
}

TEST(ResultsMessage, ListsWhatWasSearchedFor) {
  auto structure = bus::results(sample(), kStamp, 3, later);
  ASSERT_EQ(size(structure.get(), "search"), 1u);
  const GstStructure* search = item(structure.get(), "search", 0);
  EXPECT_STREQ(gst_structure_get_string(search, "query"), "anna");
  ASSERT_EQ(size(search, "hits"), 1u);
  EXPECT_TRUE(is(item(search, "hits", 0),
                 "hit, confidence=(double)0.5, start=(guint64)102000000000, "
                 "end=(guint64)102500000000, snippet=(string)ana;"));
}

TEST(ResultsMessage, SaysWhichModelsItIsOf) {
  Results results = sample();
  results.model = {"u-1", "general-nova-3", "2026-01-01.0", "nova-3"};
  results.diarize_model = {"u-2", "", "", "diarizer"};
  results.extra = {{"session", "1/2"}, {"a b", "c"}};
  auto structure = bus::results(results, kStamp, 3, later);
  auto inner = [&](const char* field) {
    return gst_value_get_structure(gst_structure_get_value(structure.get(), field));
  };
  EXPECT_TRUE(is(inner("model"),
                 "model, uuid=(string)u-1, name=(string)general-nova-3, "
                 "version=(string)2026-01-01.0, arch=(string)nova-3;"));
  EXPECT_TRUE(is(inner("diarize-model"), "model, uuid=(string)u-2, arch=(string)diarizer;"));
  ASSERT_EQ(size(structure.get(), "extra"), 2u);
  EXPECT_TRUE(
      is(item(structure.get(), "extra", 1), "extra, key=(string)\"a b\", value=(string)c;"));
}

TEST(ResultsMessage, KeepsItsFieldsWhenThereIsNothing) {
  auto structure = bus::results(Results{}, Stamp{}, 1, later);
  for (const char* field : {"words", "languages", "entities", "search", "extra"})
    EXPECT_EQ(size(structure.get(), field), 0u) << field;
  for (const char* field : {"model", "diarize-model"})
    EXPECT_FALSE(gst_structure_has_field(structure.get(), field)) << field;
  GstClockTime time = 0;
  for (const char* field : {"timestamp", "stream-time", "running-time", "duration", "endtime"}) {
    EXPECT_TRUE(gst_structure_get_clock_time(structure.get(), field, &time)) << field;
    EXPECT_EQ(time, GST_CLOCK_TIME_NONE) << field;
  }
}

// Text that GStreamer would refuse is made acceptable instead of lost.
TEST(ResultsMessage, TakesAnyBytesAsText) {
  Results results;
  results.transcript = std::string("a\0b\xff", 4);
  results.languages = {"\xfe"};
  auto structure = bus::results(results, Stamp{}, 1, later);
  EXPECT_STREQ(gst_structure_get_string(structure.get(), "transcript"), "a\uFFFDb\uFFFD");
  const GValue* languages = gst_structure_get_value(structure.get(), "languages");
  EXPECT_STREQ(g_value_get_string(gst_value_array_get_value(languages, 0)), "\uFFFD");
}

TEST(SpeechMessages, SayWhereAndWhen) {
  auto started = bus::speech_started({{1, 2}, 3s}, {3, 8, 4});
  EXPECT_TRUE(is(started.get(),
                 "deepgram/speech-started, channel=(int)1, channels=(int)2, timestamp=(guint64)3, "
                 "running-time=(guint64)8, "
                 "stream-time=(guint64)4;"));
  auto end = bus::utterance_end({{0, 1}, 3s}, {3, 9, 5});
  EXPECT_TRUE(is(end.get(),
                 "deepgram/utterance-end, channel=(int)0, channels=(int)1, timestamp=(guint64)3, "
                 "running-time=(guint64)9, "
                 "stream-time=(guint64)5;"));
}

TEST(MetadataMessage, HasTheConnectionsSum) {
  auto structure = bus::metadata({"r-1",
                                  "abc",
                                  "2026-01-01T00:00:00.000Z",
                                  2s,
                                  1,
                                  {{"u", "n", "v", "a"}},
                                  {{"session", "7"}},
                                  {"news"}});
  ASSERT_EQ(size(structure.get(), "models"), 1u);
  EXPECT_TRUE(is(item(structure.get(), "models", 0),
                 "model, uuid=(string)u, name=(string)n, version=(string)v, arch=(string)a;"));
  ASSERT_EQ(size(structure.get(), "extra"), 1u);
  EXPECT_TRUE(
      is(item(structure.get(), "extra", 0), "extra, key=(string)session, value=(string)7;"));
  ASSERT_EQ(size(structure.get(), "tags"), 1u);
  const GValue* tags = gst_structure_get_value(structure.get(), "tags");
  EXPECT_STREQ(g_value_get_string(gst_value_array_get_value(tags, 0)), "news");
  for (const char* array : {"models", "extra", "tags"})
    gst_structure_remove_field(structure.get(), array);
  EXPECT_TRUE(is(structure.get(),
                 "deepgram/metadata, request-id=(string)r-1, duration=(guint64)2000000000, "
                 "channels=(int)1, sha256=(string)abc, "
                 "created=(string)\"2026-01-01T00:00:00.000Z\";"));
}

TEST(ConnectionMessage, SaysOnlyWhatIsKnown) {
  auto structure = bus::connection({ConnectionState::Connecting, 1, 1, "", std::nullopt});
  EXPECT_TRUE(is(structure.get(),
                 "deepgram/connection, state=(string)connecting, connection=(uint)1, "
                 "attempt=(uint)1;"));
}

TEST(ConnectionMessage, SaysWhatWentWrong) {
  Loss loss;
  loss.http_status = 429;
  loss.dg_error = "Too many requests";
  ConnectionChange change{ConnectionState::BackingOff, 2, 3, "r-1", {}};
  change.trouble = {loss, FaultClass::Capacity, 5s};
  EXPECT_TRUE(is(bus::connection(change).get(),
                 "deepgram/connection, state=(string)backing-off, connection=(uint)2, "
                 "attempt=(uint)3, request-id=(string)r-1, class=(string)capacity, "
                 "http-status=(uint)429, dg-error=(string)\"Too many requests\", "
                 "retry-in=(guint64)5000000000;"));
}

// A time that has passed already is now, not 500 years from now.
TEST(ConnectionMessage, KnowsNoNegativeTime) {
  ConnectionChange change;
  change.trouble = {Loss{}, FaultClass::Transient, -1s};
  auto structure = bus::connection(change);
  GstClockTime retry_in = 1;
  EXPECT_TRUE(gst_structure_get_clock_time(structure.get(), "retry-in", &retry_in));
  EXPECT_EQ(retry_in, 0u);
}

TEST(ConnectionMessage, SaysHowItWasClosed) {
  Loss loss;
  loss.close_code = 1011;
  loss.close_reason = "NET-0001";
  ConnectionChange change{ConnectionState::Failed, 1, 1, "", {}};
  change.trouble = {loss, FaultClass::Transient, std::nullopt};
  EXPECT_TRUE(is(bus::connection(change).get(),
                 "deepgram/connection, state=(string)failed, connection=(uint)1, "
                 "attempt=(uint)1, class=(string)transient, close-code=(uint)1011, "
                 "close-reason=(string)NET-0001;"));
}

TEST(ConnectionMessage, NamesEveryState) {
  std::string names;
  for (auto state :
       {ConnectionState::Connecting, ConnectionState::Connected, ConnectionState::Reconnecting,
        ConnectionState::BackingOff, ConnectionState::Draining, ConnectionState::Idle,
        ConnectionState::Closed, ConnectionState::Failed})
    names += std::string(connection_state_name(state)) + " ";
  EXPECT_EQ(names, "connecting connected reconnecting backing-off draining idle closed failed ");
}

TEST(AudioDroppedMessage, SaysFromWhereToWhere) {
  EXPECT_TRUE(is(bus::audio_dropped({1, 2, "overflow"}).get(),
                 "deepgram/audio-dropped, from=(guint64)1, to=(guint64)2, "
                 "reason=(string)overflow;"));
}

TEST(RawMessage, IsTheJson) {
  auto structure = bus::raw({R"({"type":"New"})", 7, "en"});
  EXPECT_STREQ(gst_structure_get_string(structure.get(), "transcript"), R"({"type":"New"})");
  gst_structure_remove_field(structure.get(), "transcript");
  EXPECT_TRUE(
      is(structure.get(), "deepgram/raw, arrival-time=(guint64)7, language-code=(string)en;"));
}

}  // namespace
}  // namespace dg
