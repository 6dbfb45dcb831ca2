// These functions turn JavaScript values into spans of memory. Each checks kind and liveness; on a mismatch it leaves a
// JavaScript exception pending and returns false, and then nothing may be written.
//
// lib/ has checked all of this before, with better messages; it is checked again because memory safety must not rest
// on a caller. A span is valid until JavaScript runs again.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

#include "kernels/table.h"
#include "runtime/row_index.h"

namespace adamax {

struct FloatSpan {
  float* data;
  std::size_t length;
};

struct WordSpan {
  std::uint32_t* data;
  std::size_t length;
};

struct ByteSpan {
  unsigned char* data;
  std::size_t length;
};

struct DoubleSpan {
  double* data;
  std::size_t length;
};

bool read_floats(Napi::Env env, napi_value value, const char* name, FloatSpan* span);
// Also refuses an array of another length.
bool read_floats(Napi::Env env, napi_value value, const char* name, std::size_t length, FloatSpan* span);
bool read_bytes(Napi::Env env, napi_value value, const char* name, ByteSpan* span);
// Refuses a length that is no multiple of `block`.
bool read_blocks(Napi::Env env, napi_value value, const char* name, std::size_t block, WordSpan* span);
bool read_words(Napi::Env env, napi_value value, const char* name, std::size_t length, WordSpan* span);
// Reads the slot of a variable of `length` elements: a Float32Array, or a Uint16Array of bfloat16 patterns.
bool read_slot(Napi::Env env, napi_value value, SlotFormat format, std::size_t length, void** data);
bool read_doubles(Napi::Env env, napi_value value, const char* name, DoubleSpan* span);
bool read_indices(Napi::Env env, napi_value value, const char* name, Indices* indices);
bool read_size(Napi::Env env, napi_value value, const char* name, std::size_t* size);
// An argument that is absent reads as false.
bool read_bool(Napi::Env env, napi_value value, const char* name, bool* yes);
// Refuses a product that no array can have.
bool multiply(Napi::Env env, const char* name, std::size_t a, std::size_t b, std::size_t* product);
bool is_null(Napi::Env env, napi_value value);
bool read_double(Napi::Env env, napi_value value, const char* name, double* number);
bool read_float(Napi::Env env, napi_value value, const char* name, float* number);

// Both leave an error with a code pending, a TypeError or a RangeError, and return false.
bool fail_type(Napi::Env env, const char* name, const char* expected);
bool fail_length(Napi::Env env, const char* name, std::size_t expected, std::size_t received);

}  // namespace adamax
