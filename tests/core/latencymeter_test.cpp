// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latencymeter.h"

#include <gtest/gtest.h>

namespace dg {
namespace {

using namespace std::chrono_literals;

double seconds(Nanos time) {
  return std::chrono::duration<double>(time).count();
}

TEST(LatencyMeter, HasNothingToReportAtFirst) {
  LatencyMeter::Report report = LatencyMeter().report();
  EXPECT_EQ(report.count, 0u);
  EXPECT_EQ(report.most, 0s);
}

TEST(LatencyMeter, IsExactForOne) {
  LatencyMeter meter;
  meter.add(123456789ns);
  LatencyMeter::Report report = meter.report();
  EXPECT_EQ(report.last, 123456789ns);
  EXPECT_EQ(report.p50, 123456789ns);
  EXPECT_EQ(report.p95, 123456789ns);
  EXPECT_EQ(report.most, 123456789ns);
}

TEST(LatencyMeter, KnowsQuantilesToFivePercent) {
  LatencyMeter meter;
  for (int i = 1000; i > 0; --i) meter.add(i * 2ms);
  LatencyMeter::Report report = meter.report();
  EXPECT_EQ(report.count, 1000u);
  EXPECT_NEAR(seconds(report.p50), 1.0, 0.05);
  EXPECT_NEAR(seconds(report.p95), 1.9, 0.095);
  EXPECT_EQ(report.last, 2ms);
  EXPECT_EQ(report.most, 2s);
}

TEST(LatencyMeter, TakesAnyTime) {
  LatencyMeter meter;
  meter.add(-5s);
  EXPECT_EQ(meter.report().p95, 0s);
  meter.add(Nanos::max());
  meter.add(Nanos::max());
  EXPECT_EQ(meter.report().most, Nanos::max());
  EXPECT_GT(meter.report().p95, 200s);
}

}  // namespace
}  // namespace dg
