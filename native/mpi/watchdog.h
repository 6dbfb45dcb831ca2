// A time limit that holds while the thread of JavaScript is blocked: then no timer and no handler of the program can
// run, and MPI itself waits for a silent replica for ever.
#pragma once

#include "mpi/queue_state.h"

namespace adamax {

bool start_watchdog();

// Begins the time of the job that is running. The caller holds the mutex.
void watch(Queue& queue);

}  // namespace adamax
