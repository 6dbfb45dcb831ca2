const emitWarning = process.emitWarning.bind(process);

/** Every `code` a process warning of this package can carry. */
export type WarningCode =
  | 'ADAMAX_NO_NATIVE'
  | 'ADAMAX_NO_GRADIENT'
  | 'ADAMAX_NEW_VARIABLES'
  | 'ADAMAX_NON_FINITE'
  | 'ADAMAX_BOUND'
  | 'ADAMAX_ALONE'
  | 'ADAMAX_REPORT';

/**
 * Warns, as Node does. What is warned of has happened by then, so nothing in here can fail the call that warns.
 * @param text - puts the words together
 */
export function warn(code: WarningCode, text: () => { message: string; detail?: string }): void {
  try {
    const { message, detail } = text();
    emitWarning(message, { __proto__: null, code, type: 'Warning', ...(detail !== undefined && { detail }) } as object);
  } catch {
    // A program may have replaced what warnings go through; it has its reasons, and its step.
  }
}
