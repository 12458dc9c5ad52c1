import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@bliro/testing';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { stillRunning, treeOf, type ProcessMark } from './system/process-tree.js';
import { Starter } from './system/starter.js';
import { Installation } from './system/system.js';

// Many processes on few cores: what takes half a second may take ten.
jest.setTimeout(60_000);

/** On the embedded server, so that there is one more process that could be left behind. */
const embedded = { name: 'queues on PostgreSQL' } as const;
const ready = /^ready (http\S+)/m;

const services = ['sandbox', 'auth-service', 'policy-service', 'job-service', 'crm-worker'];

/** What runs of a system that is whole. */
function wholeTree(starter: Starter): ProcessMark[] {
  const processes = treeOf(starter.pid);
  const running = (part: string): number => processes.filter(({ command }) => command.includes(part)).length;
  expect(services.map((name) => running(`apps/${name}/dist/main.js`))).toEqual([1, 1, 1, 1, 1]);
  expect(running('postgres')).toBeGreaterThan(0);
  return processes;
}

function allGone(processes: readonly ProcessMark[]): Promise<true> {
  return eventually(() => Promise.resolve(stillRunning(processes).length === 0 ? true : undefined), {
    timeoutMs: 8_000,
  });
}

describe('the processes', () => {
  let installation: Installation;
  const starters: Starter[] = [];

  beforeAll(() => {
    installation = new Installation(embedded);
  });

  afterAll(async () => {
    await Promise.all(starters.splice(0).map((starter) => starter.stop()));
    await installation.remove();
  }, 30_000);

  function start(environment: Record<string, string> = {}): Starter {
    const starter = new Starter(installation.environment(environment));
    starters.push(starter);
    return starter;
  }

  it.each(['PORT', 'SANDBOX_PORT'])('do not start where %s is taken, and say so in one sentence', async (variable) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const starter = start({ [variable]: String(port) });
    const { code } = await starter.ended;
    other.close();
    expect(code).toBe(1);
    expect(starter.output).toBe(
      `Port ${port} is taken by another program. End it, or choose other ports, such as PORT=8081 SANDBOX_PORT=8091.\n`,
    );
  });

  it('do not start on a port that is none', async () => {
    const starter = start({ PORT: '80800' });
    expect(await starter.ended).toEqual({ code: 1, signal: null });
    expect(starter.output).toMatch(/^PORT is "80800"\. .*\n$/);
  });

  it('are all gone soon after SIGKILL of the one that started them; meanwhile a second start is refused', async () => {
    const starter = start();
    await starter.says(ready);
    const second = start();
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.output).toBe(
      `It runs already from this folder (process ${starter.pid}). Stop that one first, with Ctrl-C or: kill ${starter.pid}\n`,
    );
    const processes = wholeTree(starter);
    starter.kill('SIGKILL');
    expect(await starter.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await allGone(processes);
  }, 90_000);

  it('are all gone soon after SIGTERM in the middle of the start', async () => {
    const starter = start();
    await starter.says(/Starting policy-service/);
    const processes = treeOf(starter.pid);
    expect(processes.length).toBeGreaterThan(3);
    await starter.stop();
    await allGone(processes);
  }, 90_000);

  it('start again after both, and with SIGTERM all have ended before the one that started them', async () => {
    const starter = start();
    const apiUrl = await starter.says(ready);
    expect((await fetch(apiUrl)).status).toBe(200);
    const processes = wholeTree(starter);
    expect(await starter.stop()).toEqual({ code: 0, signal: null });
    expect(stillRunning(processes)).toEqual([]);
  }, 90_000);
});
