import { fastify } from 'fastify';
import { type AddressInfo } from 'node:net';
import { scrubText } from './redact.js';

export interface HealthOptions {
  /** 0 lets the system choose. */
  port: number;
  address: string;
  /** Settles when this process can do its first duty, rejects with a reason when it can't. */
  ready: () => Promise<void>;
}

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 2_000;

/** Serves GET /health/live and /health/ready on a port of their own, in a server of their own. */
export async function startHealth({ port, address, ready }: HealthOptions): Promise<HealthServer> {
  const server = fastify({ logger: false, forceCloseConnections: true });
  server.get('/health/live', () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    try {
      await withinTime(ready());
      return { status: 'ready' };
    } catch (error) {
      return reply.code(503).send({ status: 'not_ready', reason: reasonOf(error) });
    }
  });
  await server.listen({ port, host: address });
  return { port: (server.server.address() as AddressInfo).port, close: () => server.close() };
}

async function withinTime(check: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), READY_TIMEOUT_MS);
  });
  try {
    await Promise.race([check, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  return scrubText(error instanceof Error && error.message !== '' ? error.message : 'unknown');
}
