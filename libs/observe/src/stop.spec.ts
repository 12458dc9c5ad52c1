import { describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const logger = '{ info() {}, error: (_fields, text) => console.log(text) }';

/** A process that waits for ever, and whose stop is the given expression. */
function start(stop: string, graceMs = 5_000, ipc = false): ChildProcess {
  const code = `
    import { onStop } from ${JSON.stringify(new URL('./stop.ts', import.meta.url).href)};
    let calls = 0;
    onStop(async () => { calls += 1; console.log('stop ' + calls); await (${stop}); }, { logger: ${logger}, graceMs: ${graceMs} });
    setInterval(() => {}, 1000);
    console.log('up');`;
  const stdio = ['ignore', 'pipe', 'inherit', ...(ipc ? ['ipc'] : [])] as ('ignore' | 'pipe' | 'inherit' | 'ipc')[];
  return spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], { stdio });
}

/** Runs `then` once the process is up; its lines and exit code when it is over. */
async function run(child: ChildProcess, then: () => void): Promise<{ lines: string[]; code: number | null }> {
  const lines: string[] = [];
  const exited = once(child, 'exit') as Promise<[number | null]>;
  if (child.stdout === null) throw new Error('no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'up') then();
  }
  const [code] = await exited;
  return { lines, code };
}

describe('onStop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s, however often, stops once and exits 0', async (signal) => {
    const child = start('new Promise((done) => setTimeout(done, 50))');
    const again = () => {
      child.kill(signal);
      child.kill('SIGTERM');
    };
    expect(await run(child, again)).toEqual({ lines: ['up', 'stop 1'], code: 0 });
  });

  test('stops when the process that started it is gone', async () => {
    const child = start('Promise.resolve()', 5_000, true);
    expect(await run(child, () => child.disconnect())).toEqual({ lines: ['up', 'stop 1'], code: 0 });
  });

  test('exits 1 when the stop is not done in time', async () => {
    const child = start('new Promise(() => {})', 50);
    const over = await run(child, () => child.kill('SIGTERM'));
    expect(over).toEqual({ lines: ['up', 'stop 1', 'not stopped in time'], code: 1 });
  });

  test('exits 1 when the stop fails', async () => {
    const child = start("Promise.reject(new Error('stuck'))");
    const over = await run(child, () => child.kill('SIGTERM'));
    expect(over).toEqual({ lines: ['up', 'stop 1', 'stopping failed'], code: 1 });
  });
});
