import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDataverse, type Dataverse, type DataverseOptions } from './client.js';
import { discoverInstances, entitySetName, ownUser, tableDefinition, whoAmI } from './outside-tools.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; odata.metadata=minimal', ...headers });
    response.end(JSON.stringify(body));
  };

let server: Server;
let origin: string;
let answer: Answer;
const seen: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    request.resume().on('end', () => {
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen.length = 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const client = (more: Partial<DataverseOptions> = {}): Dataverse =>
  createDataverse({ apiUrl: origin, accessToken: 'the-token', allowLocal: true, ...more });
const create = (more: Partial<DataverseOptions> = {}) => client(more).create('tasks', { activityid: id });
const read = (more: Partial<DataverseOptions> = {}) => client(more).retrieve('tasks', id, ['subject']);

describe('what a call sends', () => {
  it('bears the token, the ids for tracing and no header beyond those known', async () => {
    answer = (_request, response) => response.writeHead(204).end();
    await create({ correlationId: 'correlation', requestId: 'request' });
    const { authorization, ...headers } = seen[0]?.headers ?? {};
    expect(authorization).toBe('Bearer the-token');
    expect(headers['x-ms-correlation-request-id']).toBe('correlation');
    expect(headers['x-ms-client-request-id']).toBe('request');
    expect(Object.keys(headers).filter((name) => /caller|mscrm|bypass/i.test(name))).toEqual([]);
  });

  it('reads the token after the permission was ensured, which may renew it', async () => {
    let token = 'old';
    answer = json(200, { subject: 'x' });
    const ensure = async (): Promise<void> => {
      token = await Promise.resolve('new');
    };
    await read({ accessToken: () => token, permission: { ensure, holds: () => true } });
    expect(seen[0]?.headers.authorization).toBe('Bearer new');
  });

  it('sends nothing without a permission', async () => {
    const refusal = new Error('no permit');
    const permission = { ensure: () => Promise.reject(refusal), holds: () => true };
    await expect(read({ permission })).rejects.toBe(refusal);
    expect(seen).toEqual([]);
  });

  it('refuses plain http where stand-ins are not allowed, and a host elsewhere always', () => {
    expect(() => client({ allowLocal: false })).toThrow(TypeError);
    expect(() => client({ apiUrl: 'http://example.com' })).toThrow(TypeError);
  });

  it('follows no redirect', async () => {
    answer = (_request, response) => response.writeHead(307, { location: `${origin}/elsewhere` }).end();
    expect(await read()).toMatchObject({ ok: false, failure: { class: 'transient', status: 307 } });
    expect(seen).toHaveLength(1);
  });
});

describe('what an answer means', () => {
  it('a row and its ETag', async () => {
    answer = json(200, { '@odata.etag': 'W/"5"', subject: 'x' });
    expect(await read()).toMatchObject({ ok: true, etag: 'W/"5"', value: { subject: 'x' } });
  });

  it.each<[what: string, answer: Answer]>([
    ['a page instead of JSON', (_q, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    [
      'a body that is cut short',
      (_q, r) => {
        r.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        r.write('{"subject"', () => r.destroy());
      },
    ],
    ['JSON that ends early', (_q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{"subject"')],
    ['a connection that ends without an answer', (q) => q.socket.destroy()],
    [
      'more than 8 MB',
      (_q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(9 * 1024 * 1024)}"`),
    ],
  ])('%s: a read may be repeated, the effect of a write is unknown', async (_what, given) => {
    answer = given;
    expect(await read()).toMatchObject({ ok: false, failure: { class: 'transient' } });
    expect(await create()).toMatchObject({ ok: false, failure: { class: 'unknown' } });
  });

  it('no answer in time', async () => {
    answer = () => undefined;
    expect(await create({ timeoutMs: 50 })).toMatchObject({ ok: false, failure: { class: 'unknown' } });
  });

  it('nobody there: nothing was sent', async () => {
    expect(await create({ apiUrl: 'http://127.0.0.1:1' })).toMatchObject({
      ok: false,
      failure: { class: 'transient', name: 'ECONNREFUSED' },
    });
  });

  it('throttled, with the time to wait', async () => {
    answer = json(429, { error: { code: '0x80072322', message: 'slower' } }, { 'retry-after': '7' });
    expect(await create()).toMatchObject({
      ok: false,
      failure: { class: 'throttled', retryAfterMs: 7000, code: '0x80072322' },
    });
  });

  it('a claims challenge, as JSON', async () => {
    const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1' } } });
    const challenge = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`;
    answer = (_request, response) => response.writeHead(401, { 'www-authenticate': challenge }).end();
    expect(await read()).toMatchObject({ ok: false, failure: { class: 'needs_person', claims } });
  });

  it('a successful read of a text that looks like a part of a batch is an ordinary read', async () => {
    answer = json(200, { subject: '--batchresponse_1\r\n' });
    expect(await read()).toMatchObject({ ok: true, value: { subject: '--batchresponse_1\r\n' } });
  });
});

describe('calls at once', () => {
  it('are sixteen for a host; the rest waits before its permission is looked at', async () => {
    const waiting: ServerResponse[] = [];
    let admitted = 0;
    let full = (): void => undefined;
    const sixteen = new Promise<void>((resolve) => (full = resolve));
    answer = (_request, response) => {
      waiting.push(response);
      if (waiting.length === 16) full();
      if (waiting.length > 16) response.writeHead(204).end();
    };
    const ensure = (): Promise<void> => {
      admitted += 1;
      return Promise.resolve();
    };
    const permission = { ensure, holds: () => true };
    const calls = Array.from({ length: 20 }, () => create({ permission }));
    await sixteen;
    expect(admitted).toBe(16);
    for (const response of waiting) response.writeHead(204).end();
    expect((await Promise.all(calls)).every(({ ok }) => ok)).toBe(true);
    expect(admitted).toBe(20);
  });
});

describe('calls outside tools', () => {
  it('are exactly those that customers are promised', async () => {
    answer = json(200, { value: [] });
    await discoverInstances({ discoveryUrl: origin, accessToken: 't', allowLocal: true });
    await whoAmI(client());
    await ownUser(client(), id);
    await tableDefinition(client(), 'task');
    await entitySetName(client(), 'task');
    const paths = new Set(
      seen.map(({ method, url }) => `${method} ${new URL(url, origin).pathname.split('/Attributes')[0]}`),
    );
    expect([...paths].sort()).toEqual([
      "GET /api/data/v9.2/EntityDefinitions(LogicalName='task')",
      "GET /api/data/v9.2/EntityDefinitions(LogicalName='task')/ManyToOneRelationships",
      'GET /api/data/v9.2/WhoAmI',
      `GET /api/data/v9.2/systemusers(${id})`,
      'GET /api/discovery/v2.0/Instances',
    ]);
  });
});
