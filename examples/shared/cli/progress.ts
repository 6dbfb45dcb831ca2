import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { TrainingStatus } from '../../word-vectors/training/train.js';
import { duration, rounded } from './format.js';

const REDRAW_MS = 100;
const BAR = { least: 8, most: 40 };
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_LINE = '\r\x1b[2K';

/**
 * Shows how a training gets on: on a terminal a bar that is drawn over and over, elsewhere (a file, a pipe, CI) one
 * plain line per epoch.
 */
export class Progress {
  readonly #stream: WriteStream;
  readonly #epochs: number;
  readonly #live: boolean;
  readonly #began = performance.now();
  #drawn = -Infinity;
  #heldOut: number | undefined;
  readonly #interrupted = (signal: NodeJS.Signals): void => {
    this.close();
    // Its own handlers gone, the process ends as the signal means it to, and the shell learns why.
    process.kill(process.pid, signal);
  };
  readonly #showCursor = (): void => {
    this.#stream.write(SHOW_CURSOR);
  };

  constructor(stream: WriteStream, epochs: number) {
    this.#stream = stream;
    this.#epochs = epochs;
    this.#live = stream.isTTY === true && process.env.TERM !== 'dumb';
    if (!this.#live) return;
    stream.write(HIDE_CURSOR);
    for (const signal of SIGNALS) process.once(signal, this.#interrupted);
    process.once('exit', this.#showCursor);
  }

  /** Takes notice of a status; resolves once signals and the terminal have had their turn. */
  async show(status: TrainingStatus): Promise<void> {
    this.#heldOut = status.heldOut ?? this.#heldOut;
    if (!this.#live) {
      if (status.heldOut !== undefined) this.#stream.write(`${this.#line(status)}\n`);
      return;
    }
    const now = performance.now();
    if (now - this.#drawn < REDRAW_MS && status.heldOut === undefined) return;
    this.#drawn = now;
    this.#stream.write(CLEAR_LINE + this.#bar(status));
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Leaves the last state on the screen and the terminal as it was. */
  close(): void {
    if (!this.#live) return;
    for (const signal of SIGNALS) process.removeListener(signal, this.#interrupted);
    process.removeListener('exit', this.#showCursor);
    this.#stream.write(`${SHOW_CURSOR}\n`);
  }

  #line(status: TrainingStatus): string {
    const heldOut = this.#heldOut === undefined ? '' : `  held-out ${this.#heldOut.toFixed(3)}`;
    return `${this.#epochOf(status)}  loss ${status.loss.toFixed(3)}${heldOut}  ${rounded(this.#speed(status))} words/s`;
  }

  #bar(status: TrainingStatus): string {
    const { words, totalWords } = status;
    const left = (totalWords - words) / this.#speed(status);
    const before = `${this.#epochOf(status)}  `;
    const after = `  ${this.#line(status).slice(before.length)}  ${words < totalWords ? `${duration(left)} left` : 'done'}`;
    const columns = (this.#stream.columns || 80) - 1;
    const width = Math.min(BAR.most, columns - before.length - after.length);
    // On a narrow terminal the figures go first: a line that wraps cannot be drawn over.
    if (width < BAR.least) return (before + after.trimStart()).slice(0, columns);
    const filled = Math.round((words / totalWords) * width);
    return before + this.#paint('cyan', '━'.repeat(filled)) + this.#paint('gray', '─'.repeat(width - filled)) + after;
  }

  #epochOf({ epoch }: TrainingStatus): string {
    const total = String(this.#epochs);
    return `epoch ${String(epoch).padStart(total.length)}/${total}`;
  }

  // Words of the text, thinned out or not: what word2vec.c counts.
  #speed({ words }: TrainingStatus): number {
    return words / Math.max((performance.now() - this.#began) / 1000, 1e-3);
  }

  #paint(colour: 'cyan' | 'gray', text: string): string {
    return this.#stream.hasColors() ? styleText(colour, text) : text;
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
