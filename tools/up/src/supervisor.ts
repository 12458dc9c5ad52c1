import { spawn, type ChildProcess } from 'node:child_process';
import { renameSync, writeFileSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.js';
import { lastLines, logSize, openLog } from './log-file.js';
import { paths, root } from './workspace.js';

export interface ServiceSpec {
  name: string;
  script: string;
  env: Record<string, string>;
  healthPort: number;
  inspectPort?: number;
}

interface Running {
  spec: ServiceSpec;
  child: ChildProcess;
  log: WriteStream;
  /** Where this start's lines begin in the log. */
  logStart: number;
  failures: number;
}

const mistakeInConfiguration = 78;
const mostFailuresInARow = 6;

/** Starts the services as processes, starts one that dies again, and ends them all. */
export class Supervisor {
  private readonly running = new Map<string, Running>();
  private stopping = false;

  constructor(private readonly onGiveUp: (failure: Failure) => void) {}

  /** Resolves when the service says that it is ready. */
  async start(spec: ServiceSpec): Promise<void> {
    this.launch(spec, 0);
    await this.ready(spec);
  }

  async restart(name: string): Promise<void> {
    const running = this.running.get(name);
    if (!running) return;
    await end(running.child);
    await this.ready(running.spec);
  }

  names(): string[] {
    return [...this.running.keys()];
  }

  pid(name: string): number | undefined {
    return this.running.get(name)?.child.pid;
  }

  /** Ends them in the opposite order of their start. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const { child, log } of [...this.running.values()].reverse()) {
      await end(child);
      log.end();
    }
    this.running.clear();
    this.writeProcesses();
  }

  private launch(spec: ServiceSpec, failures: number): void {
    const log = this.running.get(spec.name)?.log ?? openLog(spec.name, this.onGiveUp);
    const logStart = logSize(spec.name);
    const inspect = spec.inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${String(spec.inspectPort)}`];
    const child = spawn(process.execPath, ['--enable-source-maps', ...inspect, join(root, spec.script)], {
      cwd: root,
      env: spec.env,
      // Its own process group: Ctrl-C reaches us alone, and we end the services in order. The IPC channel ends them when we are killed.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    const began = Date.now();
    this.running.set(spec.name, { spec, child, log, logStart, failures });
    this.writeProcesses();
    child.once('exit', (code) => {
      if (this.stopping) return;
      if (code === mistakeInConfiguration) {
        this.onGiveUp(new Failure(`${spec.name} refuses its configuration:\n${lastLines(spec.name, logStart)}`));
        return;
      }
      // Somebody's kill is no fault of the service: it starts again at once, however often.
      const inARow = code === null || Date.now() - began > 10_000 ? 0 : failures + 1;
      if (inARow === mostFailuresInARow) {
        this.onGiveUp(
          new Failure(
            `${spec.name} ends right after each start. The end of its log:\n${lastLines(spec.name, logStart)}`,
          ),
        );
        return;
      }
      setTimeout(
        () => {
          if (!this.stopping) this.launch(spec, inARow);
        },
        100 * 2 ** inARow,
      );
    });
  }

  private async ready({ name, healthPort }: ServiceSpec): Promise<void> {
    const end = Date.now() + 60_000;
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${String(healthPort)}/health/ready`, {
        signal: AbortSignal.timeout(2_000),
      }).catch(() => undefined);
      if (answer?.ok) return;
      if (this.stopping) throw new Failure('Stopped.');
      if (Date.now() > end)
        throw new Failure(
          `${name} isn't ready after a minute (${String(answer?.status ?? 'no answer')}). The end of its log:\n${lastLines(name, this.running.get(name)?.logStart ?? 0)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private writeProcesses(): void {
    const ids = Object.fromEntries(
      [...this.running].map(([name, { child }]) => [name, child.pid === undefined ? [] : [child.pid]]),
    );
    writeFileSync(`${paths.processes}.new`, `${JSON.stringify(ids, null, 2)}\n`);
    renameSync(`${paths.processes}.new`, paths.processes);
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const tooLong = setTimeout(() => child.kill('SIGKILL'), 15_000);
    child.once('exit', () => {
      clearTimeout(tooLong);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
