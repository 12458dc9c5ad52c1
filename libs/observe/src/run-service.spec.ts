import { freePort } from '@bliro/testing';
import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const library = JSON.stringify(new URL('./run-service.ts', import.meta.url).href);

interface Started {
  stop(): void;
  /** Sends what the start may be waiting for. */
  goOn(): void;
  health: string;
}

/** Runs a service whose start is the given body in a process of its own; `told` hears each line. */
async function run(body: string, told: (text: string, service: Started) => unknown) {
  const port = await freePort();
  const code = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(
      'export const resolve = (name, context, next) => next(name.startsWith(".") ? name.replace(/[.]js$/, ".ts") : name, context)'));
    const { runService } = await import(${library});
    const config = { LOG_LEVEL: 'info', BIND_ADDRESS: '127.0.0.1', HEALTH_PORT: ${port} };
    const part = (name) => ({ close: () => console.log(JSON.stringify({ msg: 'closed ' + name })) });
    await runService('test', config, async ({ closing, ready, logger }) => { ${body} });`;
  const args = ['--no-warnings', '--experimental-transform-types', '--input-type=module', '-e', code];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const stop = () => child.kill('SIGTERM');
  const goOn = () => child.stdin.write('go');
  const texts: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg } = JSON.parse(line) as { msg: string };
    texts.push(msg);
    await told(msg, { stop, goOn, health: `http://127.0.0.1:${port}/health` });
  }
  const [exit] = await exited;
  return { texts, exit };
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

describe('runService', () => {
  test('is ready when the start is over and every check passes, and closes in reverse order', async () => {
    const seen: number[] = [];
    const body = `
      closing(part('database'));
      closing(part('server'));
      let asked = 0;
      ready(() => asked++ === 0 ? Promise.reject(new Error('no database')) : Promise.resolve());
      logger.info('starting');
      await new Promise((go) => process.stdin.once('data', go));`;
    const over = await run(body, async (text, { stop, goOn, health }) => {
      if (text === 'starting') {
        seen.push(await statusOf(`${health}/live`), await statusOf(`${health}/ready`));
        goOn();
      }
      if (text !== 'started') return;
      seen.push(await statusOf(`${health}/ready`), await statusOf(`${health}/ready`));
      stop();
    });
    expect(seen).toEqual([200, 503, 503, 200]);
    expect(over).toEqual({
      texts: ['starting', 'started', 'stopping', 'closed server', 'closed database', 'stopped'],
      exit: 0,
    });
  });

  test('a stop during the start closes what there is', async () => {
    const body = `closing(part('database')); logger.info('waiting'); await new Promise(() => undefined);`;
    const over = await run(body, (text, { stop }) => {
      if (text === 'waiting') stop();
    });
    expect(over).toEqual({ texts: ['waiting', 'stopping', 'closed database', 'stopped'], exit: 0 });
  });

  test('a start that fails ends the process with 1', async () => {
    const over = await run(`throw new Error('no port');`, () => undefined);
    expect(over).toEqual({ texts: ['not started'], exit: 1 });
  });
});
