// SPDX-License-Identifier: LGPL-2.1-or-later
#include "caption/terminal.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

#include <glib.h>

namespace dg::caption {
namespace {

constexpr int kBar = 20;

// As much of the text's end as there is room for, in letters.
std::string end_of(const std::string& text, long room) {
  long length = g_utf8_strlen(text.c_str(), -1);
  if (length <= room) return text;
  return g_utf8_offset_to_pointer(text.c_str(), length - std::max(room, 0L));
}

long columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string clock_text(double time) {
  long seconds = std::lround(std::floor(time));
  char text[32];
  std::snprintf(text, sizeof text, "%ld:%02ld", seconds / 60, seconds % 60);
  return text;
}

}  // namespace

std::string printable(const std::string& text) {
  char* valid = g_utf8_make_valid(text.c_str(), static_cast<gssize>(text.size()));
  std::string out;
  for (const char* at = valid; *at; at = g_utf8_next_char(at)) {
    if (g_unichar_iscntrl(g_utf8_get_char(at)))
      out += ' ';
    else
      out.append(at, static_cast<const char*>(g_utf8_next_char(at)));
  }
  g_free(valid);
  return out;
}

Terminal::Terminal() : is_one_(isatty(STDERR_FILENO)) {}

Terminal::~Terminal() {
  clear();
}

void Terminal::progress(double position, double length) {
  if (length > 0) {
    auto full = static_cast<int>(kBar * std::clamp(position / length, 0.0, 1.0));
    bar_ = '[' + std::string(static_cast<std::size_t>(full), '#') +
           std::string(static_cast<std::size_t>(kBar - full), '.') + "] " + clock_text(position) +
           " / " + clock_text(length);
  } else {
    bar_ = clock_text(position);
  }
  draw();
}

void Terminal::interim(const std::string& text) {
  interim_ = printable(text);
  draw();
}

void Terminal::clear() {
  if (!is_one_ || drawn_.empty()) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  drawn_.clear();
}

void Terminal::draw() {
  if (!is_one_) return;
  std::string line = bar_ + "  ";
  line += end_of(interim_, columns() - 1 - static_cast<long>(line.size()));
  if (line == drawn_) return;
  std::fprintf(stderr, "\r%s\033[K", line.c_str());
  std::fflush(stderr);
  drawn_ = line;
}

}  // namespace dg::caption
