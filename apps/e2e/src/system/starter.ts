import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@bliro/testing';

export const root = fileURLToPath(new URL('../../../../', import.meta.url));
/** The pinned Node, which `npm start` runs on too. */
const node = join(root, 'node_modules', '.bin', 'node');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** `npm start` after its set-up, as a process of its own, with nothing of this process's environment but what it is given. */
export class Starter {
  private readonly child: ChildProcess;
  private said = '';
  /** Settled when the process is over and all that it said is here. */
  readonly ended: Promise<Ended>;

  constructor(environment: Record<string, string>, script = 'tools/up/dist/start.js', args: string[] = []) {
    this.child = spawn(node, ['--enable-source-maps', join(root, script), ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.said += chunk));
    }
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Everything that it has printed. */
  get output(): string {
    return this.said;
  }

  /** Waits for a text of its output, and gives what the pattern's first group found. */
  async says(pattern: RegExp, timeoutMs = 60_000): Promise<string> {
    let over = false;
    void this.ended.then(() => (over = true));
    const found = await eventually(
      () => {
        const match = pattern.exec(this.said);
        return Promise.resolve(match ? (match[1] ?? match[0]) : over ? null : undefined);
      },
      { timeoutMs },
    ).catch(() => null);
    if (found === null) throw new Error(`It did not say ${String(pattern)}, but:\n${this.said}`);
    return found;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<Ended> {
    this.kill('SIGTERM');
    return this.ended;
  }
}
