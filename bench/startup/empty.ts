// What a process costs that imports nothing: see ../startup.ts.
export {};
