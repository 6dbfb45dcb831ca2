/** The bench's end of a contestant in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { brief, type Greeting, parseAnswer, Refusal, type Request } from './protocol.js';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const MINUTE = 60_000;
/** Some libraries compile a case for a minute. */
const PATIENCE = 4 * MINUTE;
const CLOSING = 2000;

export class Worker {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  /** The end of what it wrote to stderr: its last words, if it dies. */
  #said = '';
  greeting: Greeting = { version: '' };

  private constructor({ program, args, env }: Command) {
    this.#child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    this.#child.on('error', (error) => {
      this.#said += error.message;
    });
    this.#child.stdin?.on('error', () => {}); // where the process has gone, the missing answer says so
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    // biome-ignore lint/style/noNonNullAssertion: stdio is 'pipe'
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** @throws Refusal where the process does not come up */
  static async start(command: Command): Promise<Worker> {
    const worker = new Worker(command);
    worker.greeting = (await worker.#answer()) as Greeting;
    return worker;
  }

  /** @throws Refusal */
  async request<Answer extends object>(request: Request): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    return (await this.#answer()) as Answer;
  }

  async #answer(): Promise<object> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (!done) return parseAnswer(value);
    const end = this.#child.signalCode ?? `exit status ${this.#child.exitCode}`;
    const words = this.#said.trim().split('\n').at(-1) ?? '';
    throw new Refusal(`its process ended (${end})${words === '' ? '' : `: ${brief(words)}`}`);
  }

  /** Resolves when the process is gone, and its memory with it. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const gone = once(this.#child, 'exit');
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSING);
    await gone;
    clearTimeout(timer);
  }
}
