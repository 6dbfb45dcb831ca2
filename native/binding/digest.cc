// The digest of memory, and files that are read or written while it is taken.
#include <climits>

#include "binding/arrays.h"
#include "binding/instance.h"
#include "runtime/file_transfer.h"

namespace adamax {
namespace {

// What one call of the kernel takes.
struct Digestion {
  const KernelTable* table;
  WordSpan lanes, words;

  void run() const { table->digest(lanes.data, words.data, words.length / kDigestLanes); }
};

// Whether two spans have memory in common. Addresses of different arrays compare as numbers only.
template <class A, class B>
bool overlap(const A& a, const B& b) {
  const auto begin = [](const auto& span) { return reinterpret_cast<std::uintptr_t>(span.data); };
  const auto end = [&](const auto& span) { return begin(span) + span.length * sizeof *span.data; };
  return begin(a) < end(b) && begin(b) < end(a);
}

// Arguments 0 and 1.
bool read_digestion(const Napi::CallbackInfo& info, Digestion* digestion) {
  const Napi::Env env = info.Env();
  digestion->table = instance_of(env).table;
  if (!read_words(env, info[0], "lanes", 2 * kDigestLanes, &digestion->lanes) ||
      !read_blocks(env, info[1], "words", kDigestLanes, &digestion->words)) {
    return false;
  }
  return !overlap(digestion->lanes, digestion->words) || fail_type(env, "words", "apart from lanes");
}

// digest(lanes, words)
void digest(const Napi::CallbackInfo& info) {
  Digestion digestion{};
  if (read_digestion(info, &digestion)) digestion.run();
}

// transfer(lanes, words, file, writes, position, bytes): how many bytes were moved, from the first on
Napi::Value transfer(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Digestion digestion{};
  std::size_t descriptor = 0, position = 0;
  bool writes = false;
  ByteSpan bytes{};
  if (!read_digestion(info, &digestion) || !read_size(env, info[2], "file", &descriptor) ||
      !read_bool(env, info[3], "writes", &writes) || !read_size(env, info[4], "position", &position) ||
      !read_bytes(env, info[5], "bytes", &bytes)) {
    return env.Undefined();
  }
  if (descriptor > INT_MAX) {
    fail_type(env, "file", "a descriptor");
    return env.Undefined();
  }
  // What is written may be what is digested; what is read into may not.
  if (overlap(bytes, digestion.lanes) || (!writes && overlap(bytes, digestion.words))) {
    fail_type(env, "bytes", writes ? "apart from lanes" : "apart from lanes and words");
    return env.Undefined();
  }
  const FileTransfer file{static_cast<int>(descriptor), writes, position, bytes.data, bytes.length};
  const auto run = [](void* context) { static_cast<const Digestion*>(context)->run(); };
  return Napi::Number::New(env,
                           static_cast<double>(adamax::transfer(instance_of(env).threads(), file, run, &digestion)));
}

}  // namespace

void export_digest(Napi::Env env, Napi::Object exports) {
  exports.Set("digest", Napi::Function::New<digest>(env, "digest"));
  exports.Set("transfer", Napi::Function::New<transfer>(env, "transfer"));
}

}  // namespace adamax
