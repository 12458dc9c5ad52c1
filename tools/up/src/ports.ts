import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { Failure, takenPort } from './failure.js';

/** The port that a variable names; 0 stands for any that is free. */
export function portOf(variable: string, usual: number): number {
  const given = process.env[variable];
  if (given === undefined || given === '') return usual;
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  throw new Failure(`${variable} is "${given}". It has to be a port from 1 to 65535, or 0 for any that is free.`);
}

/**
 * Ports that were free a moment ago, all different. They lie below those that systems give to outgoing connections: one of these could
 * take a port between now and its use.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries += 1) {
    if (tries > 1000) throw new Failure('There are no free ports between 15000 and 32000.');
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port).catch(() => undefined);
  if (server === undefined) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

/** The wanted port if it is free, or any that is where 0 is wanted. */
export async function choosePort(wanted: number): Promise<number> {
  if (wanted === 0) return (await freePorts(1))[0] ?? 0;
  if (!(await isFree(wanted))) throw new Failure(takenPort(wanted));
  return wanted;
}

function listen(port: number): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      resolve(server);
    });
  });
}

/** Where a server's address points, without what is secret in it. */
export function serverOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'that its address should name';
}

/** Refuses an address at which nobody takes a connection. */
export async function requireAnswer(variable: string, address: string): Promise<void> {
  if (!URL.canParse(address)) throw new Failure(`${variable} is no address. It has to be like redis://127.0.0.1:6379.`);
  const { hostname, port } = new URL(address);
  const answered = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 6379), timeout: 3_000 });
    const answer = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
  if (!answered) {
    throw new Failure(
      `Nobody answers at ${variable} (${serverOf(address)}). Start that server, or leave ${variable} out: then the queues are on PostgreSQL.`,
    );
  }
}
