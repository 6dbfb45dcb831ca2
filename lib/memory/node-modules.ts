/**
 * Modules of Node. They are not imported, since esbuild makes a `require` of that, as this package is CommonJS, and in
 * an ES module its `require` throws.
 */
export const fs = process.getBuiltinModule('node:fs');
export const path = process.getBuiltinModule('node:path');
export const url = process.getBuiltinModule('node:url');
export const util = process.getBuiltinModule('node:util');
