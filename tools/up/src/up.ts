import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { provision } from '@bliro/database';
import type { FastifyInstance } from 'fastify';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
import { Failure } from './failure.js';
import { startGateway } from './gateway.js';
import { takeLock } from './lock.js';
import { choosePort } from './ports.js';
import { rootPage } from './root-page.js';
import { secret } from './secrets.js';
import { planServices } from './services.js';
import { Supervisor } from './supervisor.js';
import { makeRunDirectories, paths, root } from './workspace.js';

export interface UpOptions {
  /** 0 takes any free port. */
  port: number;
  sandboxPort: number;
  sandbox: boolean;
  inspect?: boolean;
  /** Told before each step, in words for a person. */
  progress: (step: string) => void;
  /** Told when a service can't run at all. */
  onGiveUp: (failure: Failure) => void;
}

export interface System {
  apiUrl: string;
  sandboxUrl: string | undefined;
  supervisor: Supervisor;
  databaseUrl: string;
  stop: () => Promise<void>;
}

/** Brings everything up: database, roles, migrations, services in the order they need each other, gateway. What fails half-way is taken down again. */
export async function bringUp(options: UpOptions): Promise<System> {
  makeRunDirectories();
  const cleanUp: (() => unknown)[] = [takeLock()];
  const stop = async (): Promise<void> => {
    for (const undo of cleanUp.splice(0).reverse()) await undo();
  };
  try {
    return await assemble(options, cleanUp, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(options: UpOptions, cleanUp: (() => unknown)[], stop: () => Promise<void>): Promise<System> {
  const { progress } = options;
  const port = await choosePort(options.port);
  const sandboxPort = options.sandbox ? await choosePort(options.sandboxPort) : undefined;
  const apiUrl = `http://127.0.0.1:${String(port)}`;

  progress('Starting the database');
  const server = await database();
  if (server.embedded) cleanUp.push(() => server.embedded?.stop());
  const { urls } = await provision({
    adminUrl: server.url,
    database: `bliro_${installationId()}`,
    password: await passwords(),
  });
  const redisUrl = process.env['REDIS_URL'];
  writeQueueFile(redisUrl, urls.queue);

  const setting = {
    urls,
    apiUrl,
    sandboxPort,
    redisUrl,
    inspect: options.inspect ?? false,
  };
  const services = await planServices(setting);
  progress('Bringing the schemas up to date');
  for (const migration of services.migrations) await migrate(migration);

  const supervisor = new Supervisor(options.onGiveUp);
  cleanUp.push(() => supervisor.stop());
  for (const spec of services.specs) {
    progress(`Starting ${spec.name}`);
    await supervisor.start(spec);
  }
  const sandboxUrl = sandboxPort === undefined ? undefined : `http://127.0.0.1:${String(sandboxPort)}`;
  const overview = {
    sandboxUrl,
    database: server.embedded ? 'PostgreSQL, embedded' : 'PostgreSQL at DATABASE_URL',
    queue: redisUrl === undefined ? 'on the same PostgreSQL' : 'Redis',
  };
  const page = (): string =>
    rootPage({ ...overview, services: supervisor.names().map((name) => ({ name, pid: supervisor.pid(name) })) });
  const gateway: FastifyInstance = await startGateway(port, services.upstreams, page);
  cleanUp.push(() => gateway.close());
  return { apiUrl, sandboxUrl, supervisor, databaseUrl: urls.crmHttp, stop };
}

async function database(): Promise<{ url: string; embedded?: EmbeddedPostgres }> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined) return { url: given };
  const embedded = await startEmbeddedPostgres(
    join(paths.data, 'postgres'),
    await secret('postgres-superuser'),
    join(paths.logs, 'postgres.log'),
  );
  return { url: embedded.url, embedded };
}

/** Names this folder's databases and roles, so that two clones can share a server. */
function installationId(): string {
  if (existsSync(paths.installation))
    return (JSON.parse(readFileSync(paths.installation, 'utf8')) as { id: string }).id;
  const id = randomBytes(4).toString('hex');
  writeFileSync(paths.installation, `${JSON.stringify({ id })}\n`);
  return id;
}

/** One password a login role, derived from one secret. */
async function passwords(): Promise<(login: string) => string> {
  const key = await secret('database-passwords');
  return (login) => createHmac('sha256', key).update(login).digest('base64url');
}

function writeQueueFile(redisUrl: string | undefined, postgres: string): void {
  const where =
    redisUrl === undefined
      ? { postgres, schema: 'queue' }
      : { redis: redisUrl, prefix: process.env['QUEUE_PREFIX'] ?? 'crm' };
  writeFileSync(paths.queue, `${JSON.stringify(where)}\n`, { mode: 0o600 });
}

async function migrate({
  name,
  script,
  env,
}: {
  name: string;
  script: string;
  env: Record<string, string>;
}): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ['--enable-source-maps', join(root, script)], { cwd: root, env });
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new Failure(
      `The schema ${name} could not be brought up to date:\n${(stderr ?? '').trim() || (stdout ?? '').trim() || String(error)}`,
    );
  }
}
