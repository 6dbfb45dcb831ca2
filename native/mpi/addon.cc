// The addon's entry: what lib/distribute/collective/mpi/addon.ts calls. It is an addon of its own, so that nothing but
// a training between processes ever loads MPI.
#include <node_api.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "mpi/arguments.h"
#include "mpi/ending.h"
#include "mpi/queue.h"

namespace adamax {
namespace {

// What lib/ counts on; it is raised when the meaning of a call changes.
constexpr double kVersion = 1;

// The environment that has opened the queue.
struct Opener {
  napi_env env = nullptr;
  napi_threadsafe_function done = nullptr;
  // Promises that nobody has settled. A threadsafe function does not count who refers to it, and has to keep the event
  // loop alive as long as there are any.
  std::size_t pending = 0;
};

// A job that its environment does not wait for.
struct Flight {
  std::unique_ptr<Job> job;
  napi_deferred deferred = nullptr;
  // The list, which holds the arrays.
  napi_ref held = nullptr;
};

napi_value text_or_null(napi_env env, const char* text) {
  napi_value value = nullptr;
  if (text == nullptr) {
    napi_get_null(env, &value);
  } else {
    napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  }
  return value;
}

napi_value number(napi_env env, double of) {
  napi_value value = nullptr;
  napi_create_double(env, of, &value);
  return value;
}

// Settles with undefined; what MPI has said; or false, where memory has gone that was to be written.
napi_value outcome_of(napi_env env, const Flight& flight) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  if (flight.job->failure != nullptr) return text_or_null(env, flight.job->failure);
  napi_value list = nullptr;
  if (flight.held != nullptr && napi_get_reference_value(env, flight.held, &list) == napi_ok &&
      has_lost(env, list, *flight.job)) {
    napi_get_boolean(env, false, &value);
  }
  return value;
}

// Runs on the thread of JavaScript; without an environment where that is being torn down.
void settle(napi_env env, napi_value, void* context, void* data) {
  const std::unique_ptr<Flight> flight(static_cast<Flight*>(data));
  if (env == nullptr) return;
  auto* const opener = static_cast<Opener*>(context);
  napi_value const outcome = outcome_of(env, *flight);
  napi_resolve_deferred(env, flight->deferred, outcome);
  if (flight->held != nullptr) napi_delete_reference(env, flight->held);
  if (--opener->pending == 0) napi_unref_threadsafe_function(env, opener->done);
}

void notify(void* environment, Job* job) {
  napi_call_threadsafe_function(static_cast<Opener*>(environment)->done, job->asynchronous, napi_tsfn_nonblocking);
}

void end_environment(void* data) {
  const std::unique_ptr<Opener> opener(static_cast<Opener*>(data));
  close_environment(opener.get());
}

// Makes the current environment one that can be told of jobs. Returns null where it may not start any.
Opener* make_opener(napi_env env) {
  std::unique_ptr<Opener> opener(new (std::nothrow) Opener);
  napi_value name = nullptr;
  if (!opener || napi_create_string_utf8(env, "adamax_mpi", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, opener.get(), settle,
                                      &opener->done) != napi_ok) {
    return nullptr;
  }
  opener->env = env;
  napi_unref_threadsafe_function(env, opener->done);
  // Hooks run in reverse: this one comes before that of the threadsafe function.
  if (napi_add_env_cleanup_hook(env, end_environment, opener.get()) != napi_ok) return nullptr;
  napi_set_instance_data(env, opener.get(), nullptr, nullptr);
  return opener.release();
}

napi_value described(napi_env env, const Communicator& of) {
  napi_value object = nullptr;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "rank", number(env, of.rank));
  napi_set_named_property(env, object, "size", number(env, of.size));
  napi_set_named_property(env, object, "local", number(env, of.local));
  napi_set_named_property(env, object, "cores", number(env, static_cast<double>(of.cores)));
  return object;
}

// open(mostBytes): { rank, size, local, cores }; null where MPI was started before in this process; what MPI has said
napi_value open(napi_env env, napi_callback_info info) {
  std::size_t argc = 1;
  napi_value most = nullptr;
  napi_get_cb_info(env, info, &argc, &most, nullptr, nullptr);
  double most_bytes = 0;
  if (napi_get_value_double(env, most, &most_bytes) != napi_ok || !(most_bytes >= 1 && most_bytes < 2147483648.0)) {
    fail(env, "ERR_ADAMAX_ARG_TYPE", "mostBytes must be a number that an int can hold: received another");
    return nullptr;
  }
  if (stage() != Stage::kFresh) return text_or_null(env, nullptr);
  Opener* const opener = make_opener(env);
  if (opener == nullptr) {
    fail(env, "ERR_ADAMAX_STATE", "MPI must be opened by a thread that goes on: received one that ends");
    return nullptr;
  }
  const char* failure = nullptr;
  switch (open_queue({opener, notify, static_cast<std::size_t>(most_bytes)}, &failure)) {
    case Opened::kYes:
      return described(env, communicator());
    case Opened::kNotFresh:
      return text_or_null(env, nullptr);
    case Opened::kFailed:
      return text_or_null(env, failure);
    case Opened::kNoMemory:
      break;
  }
  napi_throw_range_error(env, "ERR_ADAMAX_MEMORY", "no memory for MPI: received a request for some");
  return nullptr;
}

Opener* opener_of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Opener*>(data);
}

// What a call gets whose job was not taken: what MPI has said, or null.
napi_value refused(napi_env env) { return text_or_null(env, failure_of_queue()); }

napi_value read_list(napi_env env, napi_callback_info info) {
  std::size_t argc = 1;
  napi_value list = nullptr;
  napi_get_cb_info(env, info, &argc, &list, nullptr, nullptr);
  return list;
}

// run(list): undefined; what MPI has said; null where nothing is open
napi_value run(napi_env env, napi_callback_info info) {
  if (opener_of(env) == nullptr) return text_or_null(env, nullptr);
  const std::unique_ptr<Job> job = read_job(env, read_list(env, info), communicator().size);
  if (!job) return nullptr;
  if (!post(job.get())) return refused(env);
  wait_for(*job);
  return job->failure == nullptr ? nullptr : text_or_null(env, job->failure);
}

// Posts a job, and returns the promise of its outcome.
napi_value take_off(napi_env env, std::unique_ptr<Job> job, napi_value list) {
  Opener* const opener = opener_of(env);
  auto* const flight = new (std::nothrow) Flight;
  napi_value promise = nullptr;
  if (flight == nullptr || (list != nullptr && napi_create_reference(env, list, 1, &flight->held) != napi_ok) ||
      napi_create_promise(env, &flight->deferred, &promise) != napi_ok) {
    delete flight;
    napi_throw_range_error(env, "ERR_ADAMAX_MEMORY", "no memory for a promise: received a request for one");
    return nullptr;
  }
  job->asynchronous = flight;
  flight->job = std::move(job);
  if (post(flight->job.get())) {
    if (opener->pending++ == 0) napi_ref_threadsafe_function(env, opener->done);
    return promise;
  }
  // A promise of Node-API that is dropped unsettled would stay in memory.
  napi_resolve_deferred(env, flight->deferred, refused(env));
  if (flight->held != nullptr) napi_delete_reference(env, flight->held);
  delete flight;
  return promise;
}

// runAsync(list): a promise of what run(list) returns; or of false, where memory has gone meanwhile
napi_value run_async(napi_env env, napi_callback_info info) {
  napi_value const list = read_list(env, info);
  if (opener_of(env) == nullptr) return text_or_null(env, nullptr);
  std::unique_ptr<Job> job = read_job(env, list, communicator().size);
  return job ? take_off(env, std::move(job), list) : nullptr;
}

// leave(): a promise of what run() returns
napi_value leave(napi_env env, napi_callback_info) {
  if (opener_of(env) == nullptr) return text_or_null(env, nullptr);
  std::unique_ptr<Job> job(new (std::nothrow) Job(Job::Kind::kLeave));
  return job ? take_off(env, std::move(job), nullptr) : text_or_null(env, nullptr);
}

// limit(seconds, text)
napi_value limit(napi_env env, napi_callback_info info) {
  std::size_t argc = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &argc, arguments, nullptr, nullptr);
  double seconds = 0;
  char text[kLongestText];
  std::size_t length = 0;
  if (napi_get_value_double(env, arguments[0], &seconds) != napi_ok || !(seconds > 0 && seconds < 1e9) ||
      napi_get_value_string_utf8(env, arguments[1], text, sizeof text, &length) != napi_ok) {
    fail(env, "ERR_ADAMAX_ARG_TYPE", "limit must be a number of seconds and a text: received something else");
    return nullptr;
  }
  set_limit(seconds, text, length);
  return nullptr;
}

// exitCode(code): what the process is about to end with
napi_value exit_code(napi_env env, napi_callback_info info) {
  std::int32_t code = 0;
  napi_get_value_int32(env, read_list(env, info), &code);
  set_exit_code(code);
  return nullptr;
}

// setDefault(name, value): of a variable of the environment that has no value. A worker thread has a copy of its own,
// which MPI never sees.
napi_value set_default(napi_env env, napi_callback_info info) {
  std::size_t argc = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &argc, arguments, nullptr, nullptr);
  char name[64], value[64];
  if (napi_get_value_string_utf8(env, arguments[0], name, sizeof name, nullptr) == napi_ok &&
      napi_get_value_string_utf8(env, arguments[1], value, sizeof value, nullptr) == napi_ok) {
    setenv(name, value, 0);
  }
  return nullptr;
}

}  // namespace
}  // namespace adamax

NAPI_MODULE_INIT() {
  using adamax::number;
  constexpr napi_property_attributes kAttributes = napi_enumerable;
  const napi_property_descriptor properties[] = {
      {"version", nullptr, nullptr, nullptr, nullptr, number(env, adamax::kVersion), kAttributes, nullptr},
      {"open", nullptr, adamax::open, nullptr, nullptr, nullptr, kAttributes, nullptr},
      {"run", nullptr, adamax::run, nullptr, nullptr, nullptr, kAttributes, nullptr},
      {"runAsync", nullptr, adamax::run_async, nullptr, nullptr, nullptr, kAttributes, nullptr},
      {"leave", nullptr, adamax::leave, nullptr, nullptr, nullptr, kAttributes, nullptr},
      {"limit", nullptr, adamax::limit, nullptr, nullptr, nullptr, kAttributes, nullptr},
      {"exitCode", nullptr, adamax::exit_code, nullptr, nullptr, nullptr, kAttributes, nullptr},
      {"setDefault", nullptr, adamax::set_default, nullptr, nullptr, nullptr, kAttributes, nullptr},
  };
  napi_define_properties(env, exports, sizeof properties / sizeof *properties, properties);
  return exports;
}
