// Threads of the MPI addon. They are never joined and all they share is never destroyed: a process may end by exit()
// while MPI waits for a replica that never comes.
#pragma once

namespace adamax {

// Starts a thread that no signal of the process is delivered to. Returns false when the system gives none.
bool start_thread(void* (*body)(void*), void* argument);

// Keeps this library loaded until the process ends: a worker thread that ends unloads the addons that only it had.
void keep_loaded();

}  // namespace adamax
