import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { provision, type Provisioned } from '@bliro/database';
import type { Command } from './command.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { Failure } from './failure.js';
import { startGateway } from './gateway.js';
import { takeLock } from './lock.js';
import { choosePort, requireAnswer, serverOf } from './ports.js';
import { rootPage } from './root-page.js';
import { keyRingFile, secret } from './secrets.js';
import { planServices, type Services } from './services.js';
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
}

export interface System {
  apiUrl: string;
  sandboxUrl: string | undefined;
  supervisor: Supervisor;
}

/**
 * Brings everything up: database, roles, migrations, services in the order they need each other, gateway. Whatever ends the
 * command, also half-way, takes down what is up by then.
 */
export async function bringUp(command: Command, options: UpOptions): Promise<System> {
  const { progress } = options;
  makeRunDirectories();
  command.onStop(takeLock());
  const { port, sandboxPort } = await choosePorts(options);
  const redisUrl = process.env['REDIS_URL'];
  if (redisUrl !== undefined) await requireAnswer('REDIS_URL', redisUrl);

  progress('Starting the database');
  const adminUrl = process.env['DATABASE_URL'] ?? (await embeddedDatabase(command));
  const urls = await installation(adminUrl);
  writeQueueFile(redisUrl, urls.queue);
  writeKeysFile({ KEYSTORE_URL: urls.keystore, KEY_RING_FILE: await keyRingFile() });

  const apiUrl = `http://127.0.0.1:${String(port)}`;
  const services = await planServices({ urls, apiUrl, sandboxPort, redisUrl, inspect: options.inspect ?? false });
  progress('Bringing the schemas up to date');
  for (const migration of services.migrations) await migrate(migration, command.signal);

  const supervisor = new Supervisor(command.giveUp);
  command.onStop(() => supervisor.stop());
  for (const spec of services.specs) {
    progress(`Starting ${spec.name}`);
    await supervisor.start(spec);
  }
  const system = {
    apiUrl,
    sandboxUrl: sandboxPort === undefined ? undefined : `http://127.0.0.1:${String(sandboxPort)}`,
    supervisor,
  };
  const gateway = await startGateway(port, services.upstreams, () => pageOf(system));
  command.onStop(() => gateway.close());
  return system;
}

async function choosePorts(options: UpOptions): Promise<{ port: number; sandboxPort: number | undefined }> {
  const { port, sandboxPort, sandbox } = options;
  if (sandbox && port !== 0 && port === sandboxPort) {
    throw new Failure(`PORT and SANDBOX_PORT are both ${String(port)}. They have to differ.`);
  }
  return { port: await choosePort(port), sandboxPort: sandbox ? await choosePort(sandboxPort) : undefined };
}

async function embeddedDatabase(command: Command): Promise<string> {
  const server = new EmbeddedPostgres(
    join(paths.data, 'postgres'),
    await secret('postgres-superuser'),
    'postgres',
    command.giveUp,
  );
  command.onStop(() => server.stop());
  return server.start();
}

/** This folder's databases, roles and schemas on the server. */
async function installation(adminUrl: string): Promise<Provisioned['urls']> {
  try {
    const database = `bliro_${installationId()}`;
    return (await provision({ adminUrl, database, password: await passwords() })).urls;
  } catch (error) {
    throw new Failure(
      `The PostgreSQL server ${serverOf(adminUrl)} can't be used: ${(error as Error).message}\n` +
        'It has to be running, 15 or newer, and its user may create roles and databases. Check DATABASE_URL, or leave it out for an embedded server.',
    );
  }
}

function pageOf({ sandboxUrl, supervisor }: System): string {
  return rootPage({
    sandboxUrl,
    database: process.env['DATABASE_URL'] === undefined ? 'PostgreSQL, embedded' : 'PostgreSQL at DATABASE_URL',
    queue: process.env['REDIS_URL'] === undefined ? 'on the same PostgreSQL' : 'Redis',
    services: supervisor.names().map((name) => ({ name, pid: supervisor.pid(name) })),
  });
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

/** For `npm run keys`, which an operator runs beside the system. */
function writeKeysFile(where: { KEYSTORE_URL: string; KEY_RING_FILE: string }): void {
  writeFileSync(paths.keys, `${JSON.stringify(where)}\n`, { mode: 0o600 });
}

function writeQueueFile(redisUrl: string | undefined, postgres: string): void {
  const where =
    redisUrl === undefined
      ? { postgres, schema: 'queue' }
      : { redis: redisUrl, prefix: process.env['QUEUE_PREFIX'] ?? 'crm' };
  writeFileSync(paths.queue, `${JSON.stringify(where)}\n`, { mode: 0o600 });
}

async function migrate({ name, script, env }: Services['migrations'][number], signal: AbortSignal): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ['--enable-source-maps', join(root, script)], {
      cwd: root,
      env,
      signal,
    });
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new Failure(
      `The schema ${name} could not be brought up to date:\n${(stderr ?? '').trim() || (stdout ?? '').trim() || String(error)}`,
    );
  }
}
