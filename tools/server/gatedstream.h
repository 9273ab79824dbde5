// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "server/ptr.h"

namespace dg::server {

// A client's stream whose reading can be held up while the rest of the server goes on, which is how
// a server that is stuck, slow or busy looks from outside: libsoup itself reads whatever comes.
// Belongs to the loop's thread.
class GatedStream {
 public:
  explicit GatedStream(Ptr<GIOStream> base);
  ~GatedStream();
  GatedStream(const GatedStream&) = delete;
  GatedStream& operator=(const GatedStream&) = delete;

  // What reads and writes go to.
  GIOStream* stream() const { return stream_.get(); }
  void open();
  void shut();

 private:
  Ptr<GIOStream> stream_;
};

}  // namespace dg::server
