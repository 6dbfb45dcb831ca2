import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { duration, rounded } from './format.js';

const REDRAW_MS = 100;
const BAR = { least: 8, most: 40 };
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_LINE = '\r\x1b[2K';

/** Where a training stands. */
export interface TrainingStatus {
  /** From 1. */
  readonly epoch: number;
  /**
   * How much has been passed over, in all epochs so far, and how much of that by the runs that this one goes on from.
   */
  readonly done: number;
  readonly resumed: number;
  /** Of `done`, at the end. */
  readonly total: number;
  /** Mean training loss of the epoch so far. */
  readonly loss: number;
  /** What data kept from training say. Given once an epoch, at its end. */
  readonly heldOut?: number;
}

/** What the figures of a training are called. */
export interface Figures {
  readonly epochs: number;
  /** What `done` counts. */
  readonly unit: string;
  /** Words for what `heldOut` is. */
  readonly heldOut: (value: number) => string;
}

/**
 * Shows how a training gets on: on a terminal a bar that is drawn over and over, elsewhere (a file, a pipe, CI) one
 * plain line per epoch.
 */
export class Progress {
  readonly #stream: WriteStream;
  readonly #figures: Figures;
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

  constructor(stream: WriteStream, figures: Figures) {
    this.#stream = stream;
    this.#figures = figures;
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
    const { unit, heldOut } = this.#figures;
    const measured = this.#heldOut === undefined ? '' : `  ${heldOut(this.#heldOut)}`;
    const speed = `${rounded(this.#speed(status))} ${unit}/s`;
    return `${this.#epochOf(status)}  loss ${status.loss.toFixed(3)}${measured}  ${speed}`;
  }

  #bar(status: TrainingStatus): string {
    const { done, total } = status;
    const left = (total - done) / Math.max(this.#speed(status), 1);
    const before = `${this.#epochOf(status)}  `;
    const after = `  ${this.#line(status).slice(before.length)}  ${done < total ? `${duration(left)} left` : 'done'}`;
    const columns = (this.#stream.columns || 80) - 1;
    const width = Math.min(BAR.most, columns - before.length - after.length);
    // On a narrow terminal the figures go first: a line that wraps cannot be drawn over.
    if (width < BAR.least) return (before + after.trimStart()).slice(0, columns);
    const filled = Math.round((done / total) * width);
    return before + this.#paint('cyan', '━'.repeat(filled)) + this.#paint('gray', '─'.repeat(width - filled)) + after;
  }

  #epochOf({ epoch }: TrainingStatus): string {
    const total = String(this.#figures.epochs);
    return `epoch ${String(epoch).padStart(total.length)}/${total}`;
  }

  #speed({ done, resumed }: TrainingStatus): number {
    return (done - resumed) / Math.max((performance.now() - this.#began) / 1000, 1e-3);
  }

  #paint(colour: 'cyan' | 'gray', text: string): string {
    return this.#stream.hasColors() ? styleText(colour, text) : text;
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
