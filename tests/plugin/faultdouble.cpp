// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/fault.h"

// Stands in for core/fault.cpp until that is there.
namespace dg {

const char* fault_class_name(FaultClass kind) {
  return kind == FaultClass::Capacity ? "capacity" : "transient";
}

FaultClass classify(const Loss& loss, const ConnectionHistory&) {
  return loss.close_reason.find("DATA-0000") != std::string::npos ? FaultClass::Data
                                                                  : FaultClass::Transient;
}

std::string advice(const Loss& loss) {
  return "Look at: " + loss.text;
}

std::string details(const Loss& loss) {
  return loss.text + " " + loss.dg_error + loss.close_reason;
}

}  // namespace dg
