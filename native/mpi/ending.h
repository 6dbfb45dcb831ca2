// How a process takes all others of its job along when it ends without having left them.
#pragma once

namespace adamax {

// What the process ends with where no more is known of it, as on systems whose atexit() is not told. 0 stands for 1.
void set_exit_code(int code);

// To be called once MPI has started: from then on a process that ends without leaving aborts the job.
void abort_at_exit();

// Aborts the job and ends this process with `code`. It returns at once where MPI has ended, or another thread is at it.
void end_job(int code);

}  // namespace adamax
