// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdio>
#include <cstdlib>
#include <random>

namespace dg {

// A number of the environment, by which a person asks for more than the suite does.
inline long number_from(const char* variable, long otherwise) {
  const char* text = std::getenv(variable);
  return text && *text ? std::strtol(text, nullptr, 10) : otherwise;
}

// DG_SEED, or another one each time, which is printed.
inline unsigned drawn_seed() {
  auto seed = static_cast<unsigned>(number_from("DG_SEED", std::random_device{}()));
  std::printf("DG_SEED=%u\n", seed);
  std::fflush(stdout);  // a watchdog does not
  return seed;
}

inline int up_to(std::mt19937& random, int most) {
  return std::uniform_int_distribution(0, most)(random);
}

}  // namespace dg
