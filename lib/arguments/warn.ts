const emitWarning = process.emitWarning.bind(process);

/** Every `code` a process warning of this package can carry. */
export type WarningCode = 'ADAMAX_NO_NATIVE' | 'ADAMAX_NO_GRADIENT' | 'ADAMAX_NEW_VARIABLES';

/** Warns, as Node does, without a way for what is done with warnings to fail the call that warns. */
export function warn(code: WarningCode, message: string, detail?: string): void {
  emitWarning(message, { code, ...(detail !== undefined && { detail }) });
}
