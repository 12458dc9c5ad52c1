import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { batchBody, batchHeaders, request, webApiOf } from '../fixture/web-api.js';

const running: RunningSandbox = await startSandbox();
const { api, get, make, tokens, settings } = await webApiOf(running);
const SEED = 20_260_101;
let id = randomUUID() as string;

beforeAll(async () => {
  await settings({ throttle: { requests: 1_000_000 } });
  id = await make('accounts', { name: 'Alpine' });
});
afterAll(() => running.stop());

/** Whatever comes: an answer, never of the kind that means the server broke. */
const isAnswered = ({ status }: { status: number }) => {
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(500);
};
const holds = <T>(arbitrary: fc.Arbitrary<T>, send: (given: T) => Promise<{ status: number }>, numRuns = 150) =>
  fc.assert(
    fc.asyncProperty(arbitrary, async (given) => {
      isAnswered(await send(given));
    }),
    { numRuns, seed: SEED },
  );

const odataWords = fc.constantFrom(
  ...[
    'name',
    'revenue',
    'Account_Tasks',
    'primarycontactid',
    'any',
    'all',
    'x:x',
    '/',
    '(',
    ')',
    ',',
    ';',
    '=',
    "'",
    '"',
    '[',
    ']',
  ],
  ...[
    'eq',
    'ne',
    'gt',
    'and',
    'or',
    'not',
    'contains',
    'null',
    'true',
    '1',
    '-1',
    "'a'",
    '2026-01-01',
    '2026-13-45T99:99:99Z',
    '@p',
    '$',
  ],
  ...[
    'Microsoft.Dynamics.CRM.In',
    'Microsoft.Dynamics.CRM.constructor(',
    'PropertyName=',
    'PropertyValues=',
    'with',
    'sum',
    'as',
    'groupby',
    'aggregate',
    'filter',
    '$ref',
  ],
  ...['LastXDays', '$select=', '$filter=', '$expand=', '%', '%00', '%25', '😀', '__proto__', 'constructor', 'toString'],
);
const odata = fc.array(odataWords, { maxLength: 14 }).map((words) => words.join(' '));
const option = fc.constantFrom(
  ...['$select', '$filter', '$orderby', '$top', '$expand', '$apply', '$count', '$skiptoken', '$skip', '@p', '$id'],
);
const segments = fc.constantFrom(
  ...[
    'accounts',
    'tasks',
    '$metadata',
    'EntityDefinitions',
    "(LogicalName='account')",
    'Attributes',
    '$count',
    '$ref',
    '$value',
  ],
  ...[
    'name',
    'Account_Tasks',
    'primarycontactid',
    'WhoAmI',
    'RetrieveMetadataChanges(Query=@p)',
    '$batch',
    '..',
    '',
    '%2F',
    '%',
    '()',
  ],
  ...[
    'RelationshipDefinitions',
    'GlobalOptionSetDefinitions',
    "(Name='x')",
    'Microsoft.Dynamics.CRM.StringAttributeMetadata',
    '__proto__',
  ],
);
const method = fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE');
const json = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc
    .dictionary(
      fc.constantFrom(
        'name',
        'revenue',
        'primarycontactid',
        'primarycontactid@odata.bind',
        'Account_Tasks',
        'accountid',
        '__proto__',
        'x@odata.bind',
        '@odata.type',
      ),
      fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('/contacts(x)', `/contacts(${id})`, '$1', '')),
    )
    .map((value) => JSON.stringify(value)),
  fc.string(),
);

describe('the sandbox survives', () => {
  it('addresses of every form', () =>
    holds(fc.tuple(method, fc.array(segments, { maxLength: 6 }), odata), ([verb, path, query]) =>
      api(verb, `${path.join('/')}?$filter=${encodeURIComponent(query)}`, verb === 'GET' ? {} : { body: '{}' }),
    ));

  it('queries of every form', () =>
    holds(fc.array(fc.tuple(option, odata), { minLength: 1, maxLength: 3 }), (options) =>
      get(`accounts?${options.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`),
    ));

  it('queries in parentheses of every form', () =>
    holds(fc.tuple(odata, odata), ([key, query]) =>
      get(`accounts(${encodeURIComponent(key)})?$expand=Account_Tasks(${encodeURIComponent(query)})`),
    ));

  it('bodies of every form', () =>
    holds(
      fc.tuple(
        fc.constantFrom('POST', 'PATCH', 'PUT'),
        fc.constantFrom('accounts', 'accounts(x)', `accounts(${id})/name`, 'appointments'),
        json,
      ),
      ([verb, path, body]) => api(verb, path.replace('x', id), { body }),
    ));

  it('headers of every form', () => {
    const value = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'W/', '"', '*', ',', ';', '=', ' ', '1') }),
      fc.constantFrom('return=representation', '*', 'null'),
    );
    return holds(
      fc.dictionary(
        fc.constantFrom(
          'prefer',
          'if-match',
          'if-none-match',
          'content-type',
          'callerobjectid',
          'mscrmcallerid',
          'consistency',
        ),
        value,
      ),
      (headers) => api('PATCH', `accounts(${id})`, { body: { name: 'Alpine' }, headers }),
    );
  });

  it('batches of every form', () => {
    const line = fc.constantFrom(
      ...[
        '--batch_1',
        '--batch_1--',
        '--changeset_1',
        '--changeset_1--',
        'Content-Type: application/http',
        'Content-ID: 1',
        '',
      ],
      ...[
        'Content-Type: multipart/mixed; boundary=changeset_1',
        'GET accounts HTTP/1.1',
        'POST tasks HTTP/1.1',
        'PATCH $1 HTTP/1.1',
      ],
      ...['{"subject":"x"}', '{', 'POST $batch HTTP/1.1', 'GET /api/data/v9.2/../../control/reset HTTP/1.1', '\0', ':'],
    );
    const body = fc
      .tuple(fc.array(line, { maxLength: 25 }), fc.constantFrom('\r\n', '\n'))
      .map(([lines, end]) => lines.join(end));
    return holds(body, (text) => api('POST', '$batch', { body: text, headers: batchHeaders }));
  });

  it('batches whose parts are of every form', () =>
    holds(fc.array(fc.tuple(method, odata, json), { maxLength: 4 }), (parts) =>
      api('POST', '$batch', {
        headers: batchHeaders,
        body: batchBody([
          parts.map(([verb, url, body]) => `${request(verb, url)}${body}`),
          ...parts.map(([verb, url]) => request(verb, url)),
        ]),
      }),
    ));

  it('metadata queries of every form', () =>
    holds(json, (query) =>
      get(
        `RetrieveMetadataChanges(Query=@q,ClientVersionStamp=@s)?@q=${encodeURIComponent(query)}&@s=${encodeURIComponent(query.slice(0, 20))}`,
      ),
    ));

  it('customizations and records of every form', () => {
    const body = fc.record({
      environment: fc.oneof(fc.uuid(), fc.string()),
      table: fc.oneof(fc.string(), fc.jsonValue()),
      fields: fc.jsonValue(),
    });
    return holds(
      fc.tuple(
        fc.constantFrom('customize', 'records', 'settings', 'faults'),
        fc.oneof(
          body.map((one) => JSON.stringify(one)),
          fc.string(),
        ),
      ),
      ([path, text]) => running.control(path, text),
      80,
    );
  });

  it('discovery queries of every form', async () => {
    const token = await running.tokenFor('ada@contoso.example', '/discovery');
    const headers = { authorization: `Bearer ${token}` };
    await holds(fc.tuple(odata, odata), ([key, query]) =>
      running.call(
        `/discovery/api/discovery/v2.0/Instances(${encodeURIComponent(key)})?$filter=${encodeURIComponent(query)}`,
        { headers },
      ),
    );
  });

  it('huge bodies, deep ones and long addresses', async () => {
    const send = (path: string, body: string) => api('POST', path, { body });
    expect((await send('tasks', JSON.stringify({ subject: 'x'.repeat(17 * 1024 * 1024) }))).status).toBe(413);
    expect((await send('tasks', '['.repeat(200_000))).status).toBe(400);
    expect(
      (await send('tasks', `${'{"regardingobjectid_account_task":'.repeat(5000)}1${'}'.repeat(5000)}`)).status,
    ).toBe(400);
    expect((await get(`tasks?$filter=${'('.repeat(30_000)}`)).status).toBe(400);
    expect((await get(`tasks?tag=${'x'.repeat(32_700)}`)).status).toBe(200);
    expect((await get(`tasks?tag=${'x'.repeat(40_000)}`)).status).toBe(414);
  });

  it('what is not even HTTP', async () => {
    const { port } = new URL(running.origin);
    const answers = await Promise.all(
      [
        '\0\0\0',
        'GET',
        'GET / HTTP/9.9\r\n\r\n',
        `POST /dataverse/contoso/api/data/v9.2/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n`,
      ].map(
        (text) =>
          new Promise<string>((resolve) => {
            let seen = '';
            const socket = connect(Number(port), '127.0.0.1', () => socket.end(text));
            socket.setEncoding('latin1').on('data', (chunk: string) => (seen += chunk));
            socket.on('close', () => resolve(seen)).on('error', () => resolve(seen));
          }),
      ),
    );
    for (const answer of answers) expect(answer).not.toContain('HTTP/1.1 5');
    expect((await get('WhoAmI', { as: 'ada' })).status).toBe(200);
    expect(tokens.ada).toBeTruthy();
  });
});
