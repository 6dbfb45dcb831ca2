#include "binding/arrays.h"

#include <cmath>
#include <cstdint>
#include <cstdio>

namespace adamax {
namespace {

struct View {
  napi_typedarray_type type;
  std::size_t length;
  void* data;
};

// Returns true if an array without elements is really empty; returns false, with an exception pending, if its buffer
// was detached.
bool check_attached(Napi::Env env, napi_value value, const char* name) {
  napi_value buffer = nullptr;
  bool detached = false;
  if (napi_get_typedarray_info(env, value, nullptr, nullptr, nullptr, &buffer, nullptr) != napi_ok ||
      napi_is_detached_arraybuffer(env, buffer, &detached) != napi_ok || !detached) {
    return true;
  }
  char message[128];
  std::snprintf(message, sizeof message, "%s must be a view on live memory: received one on a detached buffer", name);
  napi_throw_type_error(env, "ERR_ADAMAX_DETACHED", message);
  return false;
}

bool read_view(Napi::Env env, napi_value value, const char* name, const char* expected, View* view) {
  if (napi_get_typedarray_info(env, value, &view->type, &view->length, &view->data, nullptr, nullptr) != napi_ok) {
    return fail_type(env, name, expected);
  }
  // The buffer is asked for only if the view is empty, since that costs as much as all the rest.
  return view->length > 0 || check_attached(env, value, name);
}

bool read_words(Napi::Env env, napi_value value, const char* name, WordSpan* span) {
  View view{};
  if (!read_view(env, value, name, "a Uint32Array", &view)) return false;
  if (view.type != napi_uint32_array) return fail_type(env, name, "a Uint32Array");
  *span = {static_cast<std::uint32_t*>(view.data), view.length};
  return true;
}

}  // namespace

bool read_floats(Napi::Env env, napi_value value, const char* name, FloatSpan* span) {
  View view{};
  if (!read_view(env, value, name, "a Float32Array", &view)) return false;
  if (view.type != napi_float32_array) return fail_type(env, name, "a Float32Array");
  *span = {static_cast<float*>(view.data), view.length};
  return true;
}

bool read_floats(Napi::Env env, napi_value value, const char* name, std::size_t length, FloatSpan* span) {
  if (!read_floats(env, value, name, span)) return false;
  return span->length == length || fail_length(env, name, length, span->length);
}

bool read_bytes(Napi::Env env, napi_value value, const char* name, ByteSpan* span) {
  View view{};
  if (!read_view(env, value, name, "a Uint8Array", &view)) return false;
  if (view.type != napi_uint8_array) return fail_type(env, name, "a Uint8Array");
  *span = {static_cast<unsigned char*>(view.data), view.length};
  return true;
}

bool read_blocks(Napi::Env env, napi_value value, const char* name, std::size_t block, WordSpan* span) {
  if (!read_words(env, value, name, span)) return false;
  if (span->length % block == 0) return true;
  char message[128];
  std::snprintf(message, sizeof message, "%s must have a multiple of %zu elements: received %zu", name, block,
                span->length);
  napi_throw_range_error(env, "ERR_ADAMAX_LENGTH", message);
  return false;
}

bool read_words(Napi::Env env, napi_value value, const char* name, std::size_t length, WordSpan* span) {
  if (!read_words(env, value, name, span)) return false;
  return span->length == length || fail_length(env, name, length, span->length);
}

bool read_slot(Napi::Env env, napi_value value, SlotFormat format, std::size_t length, void** data) {
  const bool wide = format == SlotFormat::kFloat32;
  const char* const expected = wide ? "a Float32Array" : "a Uint16Array";
  View view{};
  if (!read_view(env, value, "slot", expected, &view)) return false;
  if (view.type != (wide ? napi_float32_array : napi_uint16_array)) return fail_type(env, "slot", expected);
  *data = view.data;
  return view.length == length || fail_length(env, "slot", length, view.length);
}

bool read_doubles(Napi::Env env, napi_value value, const char* name, DoubleSpan* span) {
  View view{};
  if (!read_view(env, value, name, "a Float64Array", &view)) return false;
  if (view.type != napi_float64_array) return fail_type(env, name, "a Float64Array");
  *span = {static_cast<double*>(view.data), view.length};
  return true;
}

bool read_indices(Napi::Env env, napi_value value, const char* name, Indices* indices) {
  const char* const expected = "an Int32Array, Uint32Array or BigInt64Array";
  View view{};
  if (!read_view(env, value, name, expected, &view)) return false;
  switch (view.type) {
    case napi_int32_array:
      indices->kind = Indices::Kind::kInt32;
      break;
    case napi_uint32_array:
      indices->kind = Indices::Kind::kUint32;
      break;
    case napi_bigint64_array:
      indices->kind = Indices::Kind::kInt64;
      break;
    default:
      return fail_type(env, name, expected);
  }
  indices->data = view.data;
  indices->count = view.length;
  return true;
}

bool read_size(Napi::Env env, napi_value value, const char* name, std::size_t* size) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) return fail_type(env, name, "a number");
  if (!(number >= 0 && number <= 9007199254740991.0 && number == std::floor(number))) {
    return fail_type(env, name, "a whole number >= 0");
  }
  *size = static_cast<std::size_t>(number);
  return true;
}

bool read_bool(Napi::Env env, napi_value value, const char* name, bool* yes) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  *yes = false;
  return type == napi_undefined || napi_get_value_bool(env, value, yes) == napi_ok || fail_type(env, name, "a boolean");
}

bool multiply(Napi::Env env, const char* name, std::size_t a, std::size_t b, std::size_t* product) {
  if (a != 0 && b > SIZE_MAX / a) return fail_type(env, name, "as long as memory allows");
  *product = a * b;
  return true;
}

bool is_null(Napi::Env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  return napi_typeof(env, value, &type) == napi_ok && type == napi_null;
}

bool read_double(Napi::Env env, napi_value value, const char* name, double* number) {
  return napi_get_value_double(env, value, number) == napi_ok || fail_type(env, name, "a number");
}

bool read_float(Napi::Env env, napi_value value, const char* name, float* number) {
  double wide = 0;
  if (!read_double(env, value, name, &wide)) return false;
  *number = to_float(wide);
  return true;
}

bool fail_type(Napi::Env env, const char* name, const char* expected) {
  char message[128];
  std::snprintf(message, sizeof message, "%s must be %s: received something else", name, expected);
  napi_throw_type_error(env, "ERR_ADAMAX_ARG_TYPE", message);
  return false;
}

bool fail_length(Napi::Env env, const char* name, std::size_t expected, std::size_t received) {
  char message[128];
  std::snprintf(message, sizeof message, "%s must have %zu elements: received %zu", name, expected, received);
  napi_throw_range_error(env, "ERR_ADAMAX_LENGTH", message);
  return false;
}

}  // namespace adamax
