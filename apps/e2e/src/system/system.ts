import { removeInstallation } from '@bliro/database';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually } from '@bliro/testing';
import { SandboxClient } from '@bliro/sandbox-client';
import type { Backend } from './backends.js';
import { removeRedisKeys } from './redis.js';
import { Starter } from './starter.js';

export type QueueAddress = { redis: string; prefix: string } | { postgres: string; schema: string };
export type Service = 'auth-service' | 'policy-service' | 'job-service' | 'crm-worker' | 'sandbox';

/** A folder for everything that one composed system leaves behind, and how to be rid of all of it. */
export class Installation {
  readonly runDir = mkdtempSync(join(tmpdir(), 'bliro-e2e-'));
  readonly prefix = `e2e-${randomBytes(4).toString('hex')}`;

  constructor(readonly backend: Backend) {
    // As root, the embedded server runs as nobody, who has to be able to enter.
    chmodSync(this.runDir, 0o755);
  }

  environment(more: Record<string, string> = {}): Record<string, string> {
    const { database, redis } = this.backend;
    return {
      RUN_DIR: this.runDir,
      PORT: '0',
      SANDBOX_PORT: '0',
      ...(database === undefined ? {} : { DATABASE_URL: database }),
      ...(redis === undefined ? {} : { REDIS_URL: redis, QUEUE_PREFIX: this.prefix }),
      ...more,
    };
  }

  /** Name of its main database; that of the key store ends in `_keystore`. */
  get database(): string {
    return `bliro_${this.json<{ id: string }>('installation.json').id}`;
  }

  /** The server as its administrator. */
  get adminUrl(): string {
    const { database } = this.backend;
    if (database !== undefined) return database;
    const own = new URL((this.json<QueueAddress>('queue.json') as { postgres: string }).postgres);
    own.username = 'postgres';
    own.password = encodeURIComponent(this.secret('postgres-superuser'));
    own.pathname = '/postgres';
    return own.href;
  }

  secret(name: string): string {
    return readFileSync(join(this.runDir, 'secrets', name), 'utf8');
  }

  json<T>(file: string): T {
    return JSON.parse(readFileSync(join(this.runDir, file), 'utf8')) as T;
  }

  /** The lines of a service's log that are JSON. */
  log(service: string): Record<string, unknown>[] {
    const text = readFileSync(join(this.runDir, 'logs', `${service}.log`), 'utf8');
    return text
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
  }

  /** Once nothing of it runs any more. */
  async remove(): Promise<void> {
    const { database, redis } = this.backend;
    if (database !== undefined && existsSync(join(this.runDir, 'installation.json')))
      await removeInstallation({ adminUrl: database, database: this.database });
    if (redis !== undefined) await removeRedisKeys(redis, this.prefix);
    this.removeDataOutside();
    rmSync(this.runDir, { recursive: true, force: true });
  }

  /** Where nobody but root can enter the clone, the embedded server's files are in a folder elsewhere with a link to it. */
  private removeDataOutside(): void {
    const data = join(this.runDir, 'data', 'postgres');
    if (!existsSync(data)) return;
    const real = realpathSync(data);
    if (!real.startsWith(realpathSync(this.runDir))) rmSync(dirname(real), { recursive: true, force: true });
  }
}

/** A composed system that is ready: each service is a process of its own. */
export class System {
  private constructor(
    readonly installation: Installation,
    readonly starter: Starter,
    readonly apiUrl: string,
    readonly sandbox: SandboxClient,
  ) {}

  /** @param environment variables beside those that the backend needs */
  static async start(backend: Backend, environment: Record<string, string> = {}): Promise<System> {
    const installation = new Installation(backend);
    const starter = new Starter(installation.environment(environment));
    try {
      const apiUrl = await starter.says(/^ready (http\S+)/m);
      const sandboxUrl = await starter.says(/the sandbox is at (http\S+?)\/\./);
      return new System(installation, starter, apiUrl, await SandboxClient.at(sandboxUrl));
    } catch (error) {
      await starter.stop();
      await installation.remove();
      throw error;
    }
  }

  get queue(): QueueAddress {
    return this.installation.json<QueueAddress>('queue.json');
  }

  /** Process of a service at the moment; undefined while it is between two lives. */
  pid(service: Service): number | undefined {
    return this.installation.json<Record<string, number[]>>('processes.json')[service]?.[0];
  }

  /** Ends a service without any warning. Answers when the supervisor has begun another one. */
  async kill(service: Service): Promise<void> {
    const before = this.pid(service);
    if (before === undefined) throw new Error(`There is no ${service} to be killed.`);
    process.kill(before, 'SIGKILL');
    await eventually(() => Promise.resolve(this.pid(service) === before ? undefined : true));
  }

  async stop(): Promise<void> {
    await this.starter.stop();
    await this.installation.remove();
  }
}
