import { createJobClient } from '@bliro/job-client';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { Caller } from './people/caller.js';
import { Organization, type SignIn } from './people/organization.js';
import { isOfQueue, leaksOf, placesOf, queuePlaces, type Finding, type Secrets } from './scan/scan.js';
import { secretsOf } from './scan/secrets.js';
import { backends, type Backend } from './system/backends.js';
import { System } from './system/system.js';
import { killWorkerWhileItsCreateIsCommitted } from './system/worst-moment.js';

// Many processes on few cores: what takes half a second may take ten.
jest.setTimeout(60_000);

const ada = 'ada@contoso.example';

/** With the embedded server its data files are searched too. */
const embedded: Backend = { name: 'queues on PostgreSQL' };

describe.each([embedded, ...backends.filter(({ redis }) => redis !== undefined)])('secrets, with $name', (backend) => {
  let system: System;
  let rep: Organization;
  let secrets: Secrets;

  beforeAll(async () => {
    system = await System.start(backend, { LOG_LEVEL: 'trace' });
    rep = await Organization.join(system);
    const signIns = [await signInThatFails(), await rep.connect(ada)];
    await rep.allow('create_task', 'read_task', 'update_task');
    await mainPath();
    secrets = await secretsOf(system, signIns);
  }, 120_000);

  afterAll(() => system.stop(), 30_000);

  /** The code comes back to a browser that did not begin. */
  async function signInThatFails(): Promise<SignIn> {
    const other = await Organization.join(system, 'other');
    const begun = await other.begin();
    const callbackUrl = await system.sandbox.consent(begun.authorizationUrl, ada);
    const { headers } = await new Caller(system.apiUrl).call('GET', callbackUrl);
    return { ...begun, callbackUrl, location: headers.get('location') ?? '' };
  }

  async function mainPath(): Promise<void> {
    await system.sandbox.addFault({ target: 'entra', effect: { kind: 'status', status: 503 }, times: 1 });
    const jobId = await rep.enqueue(
      { tool: 'create_task', input: { fields: { subject: 'Send the quote' } } },
      { tool: 'read_task', input: { where: { subject: 'Send the quote' } }, after: ['a1'] },
      { tool: 'update_task', input: { id: { fromAction: 'a1' }, fields: { description: 'Sent.' } } },
      { tool: 'create_contact', input: { fields: { lastname: 'Nobody' } } },
    );
    await rep.until(jobId);
    const client = createJobClient({ queue: system.queue });
    const job = rep.jobOf({ tool: 'create_task', input: { fields: { subject: 'By message' } } });
    const message = { organization: rep.name, idempotencyKey: randomUUID(), job };
    await rep.until((await client.sendMessage(await system.sandbox.jobMessage(message))).jobId ?? '');
    await client.close();
    await rep.until(await killWorkerWhileItsCreateIsCommitted(rep, ada, 'Worst moment'));
  }

  const leaks = (): Promise<Finding[]> => leaksOf(system.installation, secrets);
  const pathOf = (file: string): string => join(system.installation.runDir, file);

  it('stand in no table, queue, log or other file', async () => {
    expect(await leaks()).toEqual([]);
  });

  it('were looked for in every kind of place', async () => {
    const all = await placesOf(system.installation);
    const holding = (text: string): string[] =>
      all.filter(({ content }) => content.includes(text)).map(({ where }) => where);
    const { database } = system.installation;
    expect(holding('Send the quote')).toContain(`table ${database}.crm.content`);
    expect(all.map(({ where }) => where)).toContain(`table ${database}_keystore.keystore.data_key`);
    expect(queuePlaces(all, system.queue).some(({ content }) => content.includes('crm-lanes'))).toBe(true);
    expect(holding('job taken in')).toContain(`file ${join('logs', 'job-service.log')}`);
  });

  it('are in files that nobody else can read', () => {
    const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(pathOf('secrets'))).toBe('700');
    const files = readdirSync(pathOf('secrets'));
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => modeOf(pathOf(join('secrets', file))) !== '600')).toEqual([]);
    for (const file of readdirSync(pathOf('logs'))) expect(modeOf(pathOf(join('logs', file)))).toBe('600');
  });

  describe('that are planted are found', () => {
    const marker = (): string => system.sandbox.info.secretMarkers[0] ?? '';
    const found = async (): Promise<string[]> => [...new Set((await leaks()).map(({ where }) => where))];

    const inDatabase = async (name: string, sql: string, values: unknown[] = []): Promise<void> => {
      const url = new URL(system.installation.adminUrl);
      url.pathname = `/${name}`;
      const client = new Client({ connectionString: url.href });
      await client.connect();
      await client.query(sql, values).finally(() => client.end());
    };

    it.each(['', '_keystore'])('in a row of the database%s', async (suffix) => {
      const name = `${system.installation.database}${suffix}`;
      await inDatabase(name, 'create table public.planted (note bytea)');
      await inDatabase(name, 'insert into public.planted values ($1)', [Buffer.from(`a ${marker()}`)]);
      const places = await found();
      await inDatabase(name, 'drop table public.planted');
      expect(places).toContain(`table ${name}.public.planted`);
      expect(places.filter((where) => where.startsWith('table '))).toHaveLength(1);
    });

    it('in a log line', async () => {
      const log = join('logs', 'crm-worker.log');
      appendFileSync(pathOf(log), `{"msg":"${Buffer.from(`x${marker()}`).toString('base64')}"}\n`);
      expect(await found()).toContain(`file ${log}`);
    });

    it('in a file, each of them', async () => {
      const file = join('notes', 'deep', 'notes.txt');
      const all = [...secrets.everywhere, ...secrets.outsideSecrets];
      mkdirSync(dirname(pathOf(file)), { recursive: true });
      writeFileSync(pathOf(file), Buffer.concat(all.flatMap(({ forms }) => forms.slice(-1))));
      const names = (await leaks()).filter(({ where }) => where === `file ${file}`).map(({ what }) => what);
      rmSync(pathOf('notes'), { recursive: true });
      expect(names).toEqual(all.map(({ name }) => name));
    });

    it('as a private key of whatever kind', async () => {
      const file = 'key.txt';
      writeFileSync(pathOf(file), `{"kty":"OKP","d":"${'x'.repeat(43)}"}\n-----BEGIN PRIVATE KEY-----`);
      const kinds = (await leaks()).filter(({ where }) => where === `file ${file}`).map(({ what }) => what);
      rmSync(pathOf(file));
      expect(kinds).toEqual(['a private key (PEM)', 'a private key (JWK)']);
    });

    it('in the queue', async () => {
      const client = createJobClient({ queue: system.queue });
      await expect(client.sendMessage(`no JWS but ${marker()}`)).rejects.toMatchObject({ name: 'JobRefused' });
      await client.close();
      expect((await found()).some((where) => isOfQueue(where, system.queue))).toBe(true);
    });
  });
});
