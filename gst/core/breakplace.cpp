// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/breakplace.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

#include "core/script.h"

namespace dg {
namespace {

using Texts = std::span<const std::string_view>;

constexpr std::string_view kQuotes[] = {"\"", "'",  ")",  "]",  "}",  "”",  "’",  "»",
                                        "›",  "“",  "‘",  "«",  "‹",  "」", "』", "）",
                                        "】", "》", "〉", "〕", "］", "｝", "＂"};
constexpr std::string_view kOpening[] = {"\"", "'", "(", "[", "{",  "“",  "‘",  "„",  "«", "‹",
                                         "»",  "›", "¿", "¡", "「", "『", "（", "【", "《"};
constexpr std::string_view kSentenceEnds[] = {".",  "!", "?", "…", "。", "．", "｡", "！",
                                              "？", "؟", "۔", "।", "॥",  "။",  "។", "៕",
                                              "።",  "։", "‽", "⁇", "⁈",  "⁉"};
constexpr std::string_view kClauseEnds[] = {",",  ";",  ":",  "–", "—", "--", "、", "､",
                                            "，", "；", "：", "،", "؛", "၊",  "፣",  "፤"};

// Lists of words have one blank around each. What begins a phrase: conjunctions, prepositions and
// relatives of English, and of other languages where they are no word of English.
constexpr std::string_view kOpens =
    " and or but nor because if than as so when while although though unless until since whether"
    " which who whom whose that what where why how before after during about above across against"
    " along among around at behind below beneath beside besides between beyond by despite down for"
    " from in inside into near of off on onto out outside over past through throughout to toward"
    " towards under underneath up upon via with within without except then"
    " y pero porque que cuando donde aunque con para por desde hasta según sobre entre"
    " et ou mais parce quand où dont avec pour dans sur sans sous chez depuis"
    " und oder aber weil dass wenn obwohl während damit mit von zu für auf aus bei nach ohne gegen"
    " ed ma perché quando anche senza nel nella sul sulla"
    " e ou mas porque quando onde embora com sem até"
    " maar omdat dat als toen voor uit naar zonder tegen tussen"
    " और लेकिन क्योंकि कि अगर या ";

// What a break must not follow.
constexpr std::string_view kHolds =
    " the a an my your our their its every of from with into for to at by and or but nor because"
    " if than as who which what when while where whose mr mrs ms dr prof mx"
    " el la los las un una unos unas del al mi tu su de y pero que con para por"
    " le les une des du au aux mon ma mes ta tes ses leur leurs et ou mais avec pour dans"
    " der das dem des ein eine einen einem einer eines mein meine dein seine im zum zur vom"
    " und oder il lo gli uno nel nella della di e ed o os um uma da dos das na"
    " het een mijn zijn voor maar और लेकिन कि ";

// The same, unless a phrase begins there: "come in, when", "told her that".
constexpr std::string_view kLeans =
    " in on up off over out down about under through between against without during like i he she"
    " we they his her that this these those no some any very such too so not don't can't won't i'm"
    " you're he's she's we're they're it's i've we've i'll we'll is are was were am be been has had"
    " will would can could should must may might"
    " die den dos van se en es est ist dass weil wenn mit von zu für auf aus bei nach"
    " je elle nous vous ils ne pas ich du er sie wir ihr nicht yo ik hij wij ";

// Where no phrase begins behind a word that could begin one too: "in which", "out of".
constexpr std::string_view kContinues = " which whom whose of to from ";

// Who does something begins a phrase, unless the verb came before: "did he", "said she".
constexpr std::string_view kSubjects = " i he she we they i'm he's she's we're they're i've we've ";
constexpr std::string_view kVerbs = " do does did don't doesn't didn't said says ";

// What clings to the word before: particles of Japanese and Chinese, postpositions of Hindi.
constexpr std::string_view kTrails =
    " は が を に で と も へ の か ね よ な から まで より けど ので のに です ます でした ました"
    " ません だ た て って 的 了 吗 呢 吧 啊 们 嗎 們 着 过 का की के को में से पर ने है हैं था थी थे ";
constexpr std::string_view kParticles = " は が を に で と も へ から まで より けど ので のに ";

// Behind these a point ends no sentence, and a name or a number follows.
constexpr std::string_view kTitles =
    " mr mrs ms mx dr prof st sr sra srta dra mt gen col capt cmdr sgt lt maj rev hon gov sen rep"
    " pres mme mlle fig vol pp e.g i.e z.b ";
constexpr std::string_view kHonorifics =
    " president professor doctor captain general colonel senator king queen prince princess pope"
    " saint sir lady lord judge minister chancellor ";
constexpr std::string_view kAbbreviations =
    " vs jr inc ltd co corp approx dept est ph.d d.h bzw ca ";
constexpr std::string_view kMayEnd = " etc a.m p.m ";  // a sentence, if a capital follows

constexpr std::string_view kNumbers =
    " one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
    " hundred thousand million billion trillion ";
constexpr std::string_view kUnits =
    " percent per % ‰ °c °f km kg cm mm m g mg l ml ft lb lbs mi mph kph km/h hz khz mhz ghz kb mb"
    " gb tb kilometer kilometers kilometre kilometres miles mile meters metres meter feet foot"
    " inches inch pounds kilos kilograms grams tons tonnes liters litres gallons dollars dollar"
    " cents euros euro yen bucks degrees seconds second minutes minute hours hour days day weeks"
    " week months month years year times a.m p.m am pm o'clock"
    " prozent jahre jahren stunden minuten ans heures años horas minutos millones millionen ";

// The words of a list, in order of their letters, made by the compiler.
template <const std::string_view& kList>
constexpr auto sorted_words() {
  std::array<std::string_view, std::count(kList.begin(), kList.end(), ' ') - 1> words;
  std::size_t begin = 1;
  for (std::string_view& word : words) {
    word = kList.substr(begin, kList.find(' ', begin) - begin);
    begin += word.size() + 1;
  }
  std::sort(words.begin(), words.end());
  return words;
}

template <const std::string_view& kList>
bool is_in(std::string_view word) {
  static constexpr auto kWords = sorted_words<kList>();
  static_assert(!kWords.front().empty());
  return std::binary_search(kWords.begin(), kWords.end(), word);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_letter(char c) {
  return is_capital(c) || (c >= 'a' && c <= 'z');
}

// As most words begin and end: no punctuation, in whatever list.
bool is_plain(char c) {
  return is_letter(c) || is_digit(c);
}

bool ends_with(std::string_view text, Texts ends) {
  return !text.empty() && !is_plain(text.back()) &&
         std::any_of(ends.begin(), ends.end(), [=](auto end) { return text.ends_with(end); });
}

std::string_view without_ends(std::string_view text, Texts ends) {
  for (auto end = ends.begin(); end != ends.end() && !text.empty() && !is_plain(text.back());) {
    if (text.ends_with(*end)) {
      text.remove_suffix(end->size());
      end = ends.begin();
    } else {
      ++end;
    }
  }
  return text;
}

std::string_view without_starts(std::string_view text, Texts starts) {
  for (auto start = starts.begin(); start != starts.end() && !text.empty() && !is_plain(text[0]);) {
    if (text.starts_with(*start)) {
      text.remove_prefix(start->size());
      start = starts.begin();
    } else {
      ++start;
    }
  }
  return text;
}

std::string lower(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("’")) {
      out += '\'';
      i += std::string_view("’").size() - 1;
    } else {
      out += is_capital(text[i]) ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    }
  }
  return out;
}

// A word may come with a label in front of it.
std::string_view last_token(std::string_view word) {
  return word.substr(word.find_last_of(' ') + 1);
}

std::string_view first_token(std::string_view word) {
  return word.substr(0, word.find(' '));
}

// The word without what is written around it, in small letters.
std::string bare(std::string_view token) {
  for (std::size_t size = token.size() + 1; token.size() < size;) {
    size = token.size();
    token = without_ends(token, kQuotes);
    token = without_ends(token, kSentenceEnds);
    token = without_ends(token, kClauseEnds);
  }
  return lower(without_starts(token, kOpening));
}

// As "U.S" and "e.g" are, of which the last point is gone.
bool is_dotted(std::string_view text) {
  if (text.size() < 3 || text.size() % 2 == 0) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i % 2 == 0 ? !is_letter(text[i]) : text[i] != '.') return false;
  return true;
}

bool is_initial(std::string_view text) {
  return text.size() == 1 && is_capital(text[0]) && text[0] != 'I';
}

// What a single point behind `text` says; nothing if it only makes an abbreviation.
std::optional<BreakPlace> place_behind_point(std::string_view text, std::string_view after) {
  text = without_starts(text, kOpening);
  after = without_starts(after, kOpening);
  bool capital = !after.empty() && is_capital(after[0]);
  bool number = !after.empty() && is_digit(after[0]);
  std::string word = lower(text);
  if (is_in<kTitles>(word) || is_initial(text)) return BreakPlace::Bad;
  if ((word == "no" || word == "nr" || word == "p") && number) return BreakPlace::Bad;
  if (is_in<kMayEnd>(word) && capital) return BreakPlace::Sentence;
  if (is_in<kMayEnd>(word) || is_in<kAbbreviations>(word) || is_dotted(text)) return {};
  return BreakPlace::Sentence;
}

std::optional<BreakPlace> place_behind_punctuation(std::string_view before,
                                                   std::string_view after) {
  std::string_view text = without_ends(before, kQuotes);
  if (text.ends_with('.') && !text.ends_with(".."))
    return place_behind_point(text.substr(0, text.size() - 1), after);
  if (ends_with(text, kSentenceEnds)) return BreakPlace::Sentence;
  if (ends_with(text, kClauseEnds) || text == "-") return BreakPlace::Clause;
  return {};
}

bool is_number(std::string_view word) {
  bool digits = std::any_of(word.begin(), word.end(), is_digit) &&
                std::none_of(word.begin(), word.end(), is_letter);
  return digits || is_in<kNumbers>(word);
}

// "Professor Smith", but not "the professor said".
bool is_title(std::string_view before, std::string_view word, std::string_view after) {
  return is_in<kHonorifics>(word) && is_capital(before[0]) && is_capital(after[0]);
}

bool may_part(std::string_view before, std::string_view after) {
  if (!may_end_line(before) || !may_begin_line(after)) return false;
  bool only_punctuation = bare(after).empty() || after == "-";
  return !only_punctuation;
}

}  // namespace

BreakPlace break_between(std::string_view before, std::string_view after) {
  before = last_token(before);
  after = first_token(after);
  if (before.empty() || after.empty()) return BreakPlace::Poor;
  if (!may_part(before, after)) return BreakPlace::Bad;
  if (auto place = place_behind_punctuation(before, after)) return *place;

  std::string left = bare(before), right = bare(after);
  bool opens = is_in<kOpens>(right) && left != right;
  if (is_in<kHolds>(left) || is_in<kTrails>(right)) return BreakPlace::Bad;
  if (is_in<kLeans>(left) && (!opens || (is_in<kOpens>(left) && is_in<kContinues>(right))))
    return BreakPlace::Bad;
  if (is_number(left) && (is_in<kUnits>(right) || is_number(right))) return BreakPlace::Bad;
  if (is_title(before, left, after)) return BreakPlace::Bad;
  bool subject = is_in<kSubjects>(right) && !is_in<kVerbs>(left);
  return opens || subject || is_in<kParticles>(left) ? BreakPlace::Phrase : BreakPlace::Poor;
}

}  // namespace dg
