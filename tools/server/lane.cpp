// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/lane.h"

#include <utility>

namespace dg::server {

Lane::Lane(GMainContext* loop, Deliver deliver)
    : deliver_(std::move(deliver)),
      delivery_(loop, [this] { deliver_done(); }),
      thread_([this] { work(); }) {}

Lane::~Lane() {
  stop();
  thread_.join();
}

void Lane::stop() {
  Lock lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

void Lane::post(Job job) {
  Lock lock(mutex_);
  jobs_.push_back(std::move(job));
  changed_.notify_all();
}

void Lane::work() {
  while (Job job = next()) {
    Messages messages = job();
    Lock lock(mutex_);
    done_.push_back(std::move(messages));
    delivery_.wake();
  }
}

// Nothing once the lane is stopped.
Lane::Job Lane::next() {
  Lock lock(mutex_);
  while (!stopped_ && jobs_.empty()) lock.wait(changed_);
  if (stopped_) return nullptr;
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void Lane::deliver_done() {
  std::deque<Messages> done;
  {
    Lock lock(mutex_);
    done.swap(done_);
  }
  for (Messages& messages : done) deliver_(std::move(messages));
}

}  // namespace dg::server
