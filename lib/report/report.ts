import { mark } from '../arguments/copies.js';
import { describe, typeError } from '../arguments/errors.js';
import { INSPECT, type Inspect, inspected } from '../arguments/inspection.js';
import { closeMembers, guardMembers, refuseWrites } from '../arguments/members.js';
import { checkOptions, checkString } from '../arguments/options.js';
import { checkNumber, nonNegative } from '../arguments/ranges.js';
import { Course } from './course.js';
import { drawPage } from './drawing/page.js';
import { drawPicture, summaryOf } from './drawing/picture.js';
import { type Kind, kindOfFile, writeText } from './file.js';
import { LiveFile } from './live-file.js';
import { courseOf, type ReportState, stateOf } from './state.js';
import { type ReportedStep, readTold, type Series } from './told.js';

/** What a `Report` is called, and where it draws. */
export interface ReportOptions {
  /** What the picture is called. Default: 'Training'. */
  title?: string;
  /**
   * A file that follows the run, `.html` or `.svg`: it is written at once, then while steps are reported, and by `end`.
   * An HTML page loads itself again until then. A relative one stays where it was when the report was made. Default:
   * none.
   */
  path?: string | null;
  /** The least number of seconds between two writings of that file, ≥ 0. Default: 2. */
  every?: number;
  /** What `state` of an earlier report was, to go on from. */
  state?: ReportState | null;
}

const OPTIONS = ['title', 'path', 'every', 'state'];

/**
 * The course of a training as a picture: loss, learning rate, norm of the gradients, skipped steps, and whatever else is
 * told. Of each curve at most 512 points are kept, with least, mean and greatest of the steps that each stands for:
 * 20 KiB a curve and at most 32 curves, however long the run. Drawing takes 5 to 25 ms.
 *
 * @example
 * const report = new Report({ title: 'Digits', path: 'report.html' });
 * for (const batch of batches) {
 *   optimizer.minimize(lossOf(batch), variables);
 *   report.step(optimizer.lastStep);
 * }
 * report.end();
 */
export class Report {
  readonly #title: string;
  readonly #file: LiveFile | null;
  readonly #course: Course;
  #hasEnded = false;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`; RangeError `ERR_ADAMAX_ARG_VALUE`
   * @throws Error `ERR_ADAMAX_FILE` where `path` cannot be written
   */
  constructor(options: ReportOptions = {}) {
    checkOptions('Report', options, OPTIONS);
    const { title = 'Training', path = null, every = 2, state = null } = options;
    checkString('title', title);
    checkNumber('every', every, nonNegative);
    this.#title = title;
    this.#course = state === null ? new Course() : courseOf(state);
    this.#file = path === null ? null : new LiveFile(path, every);
    this.#file?.write(this.#draw(this.#file.kind, true), false);
  }

  /** What the picture is called. */
  get title(): string {
    return this.#title;
  }

  /** The file that follows the run; null for none. */
  get path(): string | null {
    return this.#file?.path ?? null;
  }

  /** All that is known of the run, as JSON: to save with a training (`extra` of `adamax/checkpoint`) and go on from. */
  get state(): ReportState {
    return stateOf(this.#course);
  }

  /**
   * Takes note of a step, and writes the file if it is time. Reads `gradientNorm` of the record, which is one pass over
   * the gradients: so it must come before they are written again. A file that cannot be written is warned of.
   * @param record - `lastStep` of an optimizer, or a copy of it. Its number of steps never goes back
   * @param series - further numbers by name, of this step or of some steps only; `loss`, `learningRate` and
   *   `gradientNorm` stand for those of the record
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_STATE` after `end`; RangeError `ERR_ADAMAX_ARG_VALUE`. Then
   *   nothing has been taken note of
   */
  step(record: ReportedStep | null, series?: Series): void {
    const told = readTold(record, series);
    if (this.#hasEnded) {
      throw typeError('ERR_ADAMAX_STATE', `step must come before end: received step ${describe(told.steps)} after it`);
    }
    this.#course.add(told);
    const file = this.#file;
    file?.follow(() => this.#draw(file.kind, true));
  }

  /** The run as one SVG, for a light page and a dark one. The same run has the same bytes, as its page has. */
  svg(): string {
    return drawPicture(this.#course, this.#title);
  }

  /** The run as an HTML page in one file, without a script. */
  html(): string {
    return this.#draw('html', false);
  }

  /**
   * Writes the run to a file as it is now: an SVG or a page, by the end of the name. It takes the place of an old file as a
   * whole.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; RangeError `ERR_ADAMAX_ARG_VALUE` for another ending; Error
   *   `ERR_ADAMAX_FILE`
   */
  save(path: string): void {
    writeText(path, this.#draw(kindOfFile(path), false), true);
  }

  /** Writes the file that follows the run for the last time: the page does not load itself again. Error `ERR_ADAMAX_FILE` */
  end(): void {
    if (this.#hasEnded) return;
    this.#file?.write(this.#draw(this.#file.kind, false), true);
    this.#hasEnded = true;
  }

  /**
   * What `console.log` shows.
   * @hidden
   */
  [INSPECT](depth?: number, options?: object, inspect?: Inspect): string {
    const fields = () => {
      return { title: this.#title, ...(this.path !== null && { path: this.path }), course: summaryOf(this.#course) };
    };
    return inspected('Report', fields, depth, options, inspect);
  }

  #draw(kind: Kind, isLive: boolean): string {
    if (kind === 'svg') return this.svg();
    const refresh = isLive ? Math.max(1, Math.ceil(this.#file?.every ?? 1)) : null;
    return drawPage(this.#course, this.#title, refresh);
  }
}

mark(Report, 'a Report');
refuseWrites(Report, { state: 'be given to the constructor of another report' });
guardMembers(Report);
closeMembers('Report', Report);
