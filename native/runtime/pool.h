// The threads of the process, shared by all its environments: two workers that step at the same time must not bring
// twice the threads the machine has cores for.
#pragma once

#include <cstddef>

namespace adamax {

// Most threads that can take part in a job, its caller among them.
inline constexpr std::size_t kMaxThreads = 256;

// Counts a user of the pool, e.g. an environment. The pool starts threads only while it has users. The call waits while
// the release() of the last user before it is under way.
void retain_pool();
// Takes back one retain_pool(). The last call stops all threads and returns when they have ended, so that the code they
// run can be unloaded. In a process made by fork() neither function does anything, and every caller works alone.
void release_pool();

// Runs task(context, part) once for each part in [0, parts), on the caller and on at most `threads - 1` threads of the
// pool; returns when all are done. Which thread runs which part is not determined, so parts must be independent of each
// other. What was written before the call is visible to every part, and what the parts wrote is visible after it.
//
// Threads are started when they are first asked for; where the system gives none, the caller does all the work. Any
// thread may call, several at once, and a part may call too: each caller works on its own job until that is done, so no
// caller waits for the job of another.
void run_parts(std::size_t threads, std::size_t parts, void (*task)(void* context, std::size_t part), void* context);

// Threads of the pool at this moment.
std::size_t pool_threads();

}  // namespace adamax
