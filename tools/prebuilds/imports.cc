// The functions that the binaries for Windows take from the program that loads them, whatever it is called. An import
// library would name node.exe, and the addon would not load in Electron or in a program that has Node.js inside.
// The compiler reads the address of an imported function from a pointer, so that these are all it takes.
#include <windows.h>

#define IMPORT(name) extern "C" FARPROC __imp_##name = nullptr;
#include LIST
#undef IMPORT

namespace {

struct Import {
  FARPROC* address;
  const char* name;
};

const Import kImports[] = {
#define IMPORT(name) {&__imp_##name, #name},
#include LIST
#undef IMPORT
};

bool resolve(HMODULE program) {
  if (program == nullptr) return false;
  for (const Import& import : kImports) {
    *import.address = GetProcAddress(program, import.name);
    if (*import.address == nullptr) return false;
  }
  return true;
}

}  // namespace

// A program may have Node.js in itself or in a library. Where it has none, the addon does not load.
extern "C" BOOL WINAPI DllMain(HINSTANCE /*unused*/, DWORD reason, LPVOID /*unused*/) {
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  return resolve(GetModuleHandleW(nullptr)) || resolve(GetModuleHandleW(L"libnode.dll")) ? TRUE : FALSE;
}
