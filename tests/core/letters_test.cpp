// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/letters.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

TEST(Letters, AreSmallAndWithoutMarks) {
  struct {
    const char *text, *letters;
  } rows[] = {
      {"may", "may"},       {"\"May,", "may"},
      {"That's", "thats"},  {"co-op.", "coop"},
      {"¿Qué?", "qué"},     {"ÉCOLE", "école"},
      {"Straße", "straße"}, {"ŽLUŤ", "žluť"},
      {"Ÿ", "ÿ"},           {"Ά ΛΌΓΟΣ", "ά λόγοσ"},
      {"λόγος", "λόγοσ"},   {"ПРИВЕТ!", "привет"},
      {"Ёлка", "ёлка"},     {"こんにちは。", "こんにちは"},
      {"…", "…"},           {"&", "&"},
      {"$10", "10"},        {"", ""},
      {"नमस्ते।", "नमस्ते"},    {"مرحبا؟", "مرحبا"},
      {"ĐƯỜNG", "đường"},   {"\xff\xc3", "\xff\xc3"},  // no UTF-8
  };
  for (const auto& row : rows) {
    std::string expected = row.letters;
    std::erase(expected, ' ');
    EXPECT_EQ(letters(row.text), expected) << row.text;
  }
}

TEST(Letters, AreCutOffTheText) {
  struct {
    const char *text, *begun, *rest;
  } rows[] = {
      {"Captions,", "cap", "tions,"},
      {"\"Captions\"", "cap", "tions\""},
      {"That's", "that", "'s"},
      {"Écoles", "éco", "les"},
      {"cap", "cap", ""},
      {"cap", "captions", ""},
      {"cap", "", "cap"},
      {"日本語", "日本", "語"},
  };
  for (const auto& row : rows) EXPECT_EQ(behind_letters(row.text, row.begun), row.rest) << row.text;
}

}  // namespace
}  // namespace dg
