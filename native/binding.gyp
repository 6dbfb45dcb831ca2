{
  "targets": [
    {
      "target_name": "adamax",
      "sources": [
        "binding/addon.cc",
        "binding/arrays.cc",
        "binding/digest.cc",
        "binding/kernels.cc",
        "binding/plan.cc",
        "binding/plan_run.cc",
        "binding/plan_table.cc",
        "binding/settings.cc",
        "kernels/avx2.cc",
        "kernels/avx512.cc",
        "kernels/neon.cc",
        "kernels/portable.cc",
        "runtime/cores.cc",
        "runtime/cpu.cc",
        "runtime/file_transfer.cc",
        "runtime/index_pool.cc",
        "runtime/plan.cc",
        "runtime/pool.cc",
        "runtime/row_index.cc",
        "runtime/sum_squares.cc",
        "runtime/tables.cc",
        "runtime/thread.cc",
        "runtime/work.cc"
      ],
      "include_dirs": [".", "<!(node -p \"require('node-addon-api').include_dir\")"],
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
