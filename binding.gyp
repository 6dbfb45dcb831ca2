{
  "targets": [
    {
      "target_name": "adamax",
      "sources": [
        "native/binding/addon.cc",
        "native/binding/arrays.cc",
        "native/binding/kernels.cc",
        "native/binding/plan.cc",
        "native/binding/plan_run.cc",
        "native/binding/plan_table.cc",
        "native/binding/settings.cc",
        "native/kernels/avx2.cc",
        "native/kernels/avx512.cc",
        "native/kernels/neon.cc",
        "native/kernels/portable.cc",
        "native/runtime/cores.cc",
        "native/runtime/cpu.cc",
        "native/runtime/index_pool.cc",
        "native/runtime/plan.cc",
        "native/runtime/pool.cc",
        "native/runtime/row_index.cc",
        "native/runtime/sum_squares.cc",
        "native/runtime/tables.cc",
        "native/runtime/thread.cc",
        "native/runtime/work.cc"
      ],
      "include_dirs": ["native", "<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": [
        "NAPI_VERSION=8",
        "NAPI_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"
      ],
      "cflags_cc": [
        "-std=c++17",
        "-O3",
        "-ffp-contract=off",
        "-fno-exceptions",
        "-fno-rtti",
        "-fvisibility=hidden"
      ],
      "conditions": [
        ["OS!='win' and target_arch=='x64'", { "cflags_cc": ["-march=x86-64"] }],
        ["OS!='win' and target_arch=='arm64'", { "cflags_cc": ["-march=armv8-a"] }],
        ["OS!='win'", { "libraries": ["-pthread"] }]
      ],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "GCC_ENABLE_CPP_EXCEPTIONS": "NO",
        "GCC_ENABLE_CPP_RTTI": "NO",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "11.0",
        "OTHER_CPLUSPLUSFLAGS": ["-ffp-contract=off"]
      },
      "msvs_settings": {
        "VCCLCompilerTool": {
          "AdditionalOptions": ["/std:c++17", "/fp:precise"],
          "ExceptionHandling": 0,
          "RuntimeTypeInfo": "false",
          "Optimization": 2
        }
      }
    }
  ]
}
