// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/messagewriter.h"

#include <gtest/gtest.h>

namespace dg::server {
namespace {

Nanos at(double seconds) {
  return Nanos(static_cast<std::int64_t>(seconds * 1e9));
}

TEST(Number, IsA32BitFloatInAsFewDigitsAsWillDo) {
  EXPECT_EQ(number(0), "0.0");
  EXPECT_EQ(number(1), "1.0");
  EXPECT_EQ(number(1.0799375), "1.0799375");
  EXPECT_EQ(number(14.6), "14.6");
  EXPECT_EQ(number(0.39999998), "0.39999998");
  EXPECT_EQ(number(36000.1), "36000.1");
  EXPECT_EQ(number(46800.123), "46800.12");
}

// As captured on the wire: tests/fixtures/nova2-phonecall-mulaw-captures-2026-08-25.jsonl.
TEST(Write, MakesTheFramesOfTheService) {
  Results results;
  results.duration = at(1.0799375);
  results.request_id = "01a03ac3-92a1-79f0-ad85-2cee59754422";
  results.model = {"7e3b5bdf-85ed-4fd2-9f7a-7721bbcad97b", "2-phonecall-nova", "2024-02-07.20824",
                   "nova-2"};
  EXPECT_EQ(write(results),
            R"({"type":"Results","channel_index":[0,1],"duration":1.0799375,"start":0.0,)"
            R"("is_final":false,"speech_final":false,"channel":{"alternatives":[{"transcript":"",)"
            R"("confidence":0.0,"words":[]}]},"metadata":{"request_id":)"
            R"("01a03ac3-92a1-79f0-ad85-2cee59754422","model_info":{"name":"2-phonecall-nova",)"
            R"("version":"2024-02-07.20824","arch":"nova-2"},"model_uuid":)"
            R"("7e3b5bdf-85ed-4fd2-9f7a-7721bbcad97b"},"from_finalize":false})");

  Metadata metadata{"01a03ac3-92a1-79f0-ad85-2cee59754422",
                    "incomplete",
                    "2026-08-25T21:11:31.685Z",
                    at(44.259937),
                    1,
                    {results.model}};
  EXPECT_EQ(write(metadata),
            R"({"type":"Metadata","transaction_key":"deprecated","request_id":)"
            R"("01a03ac3-92a1-79f0-ad85-2cee59754422","sha256":"incomplete",)"
            R"("created":"2026-08-25T21:11:31.685Z","duration":44.259937,"channels":1,)"
            R"("models":["7e3b5bdf-85ed-4fd2-9f7a-7721bbcad97b"],"model_info":)"
            R"({"7e3b5bdf-85ed-4fd2-9f7a-7721bbcad97b":{"name":"2-phonecall-nova",)"
            R"("version":"2024-02-07.20824","arch":"nova-2"}}})");
}

TEST(Write, HasAllMembersOfAWord) {
  Results results;
  results.words = {{"hi", "Hi.", at(0.5), at(1), 0.25, 2, "en"}};
  results.transcript = "Hi.";
  results.languages = {"en"};
  std::string text = write(results);
  EXPECT_NE(text.find(R"("languages":["en"],"words":[{"word":"hi","start":0.5,"end":1.0,)"
                      R"("confidence":0.25,"speaker":2,"punctuated_word":"Hi.","language":"en"}])"),
            text.npos)
      << text;
}

TEST(Write, MakesEvents) {
  EXPECT_EQ(write(SpeechStarted{{0, 1}, at(9.54)}),
            R"({"type":"SpeechStarted","channel":[0,1],"timestamp":9.54})");
  EXPECT_EQ(write(UtteranceEnd{{1, 2}, at(2.395)}),
            R"({"type":"UtteranceEnd","channel":[1,2],"last_word_end":2.395})");
  EXPECT_EQ(write(UtteranceEnd{{0, 1}, {}}),
            R"({"type":"UtteranceEnd","channel":[0,1],"last_word_end":-1})");
  EXPECT_EQ(write(Message(ServiceError{"V", "a \"b\"", "c\n"})),
            R"({"type":"Error","variant":"V","description":"a \"b\"","message":"c\n"})");
}

}  // namespace
}  // namespace dg::server
