import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startSandbox, type RunningSandbox } from '../../fixture/start-sandbox.js';
import { batchBody, batchHeaders, request, webApiOf } from '../../fixture/web-api.js';

const running: RunningSandbox = await startSandbox();
const { api, get, make, root } = await webApiOf(running);

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

const send = (body: string, headers: Record<string, string> = {}) =>
  api('POST', '$batch', { body, headers: { ...batchHeaders, ...headers } });
/** The status lines of the parts. */
const statuses = (text: string) => [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
const path = new URL(root).pathname;

describe('$batch', () => {
  it('answers requests in their order, addressed in any of the ways', async () => {
    const id = randomUUID();
    const { status, text, headers } = await send(
      batchBody([
        request('POST', '/api/data/v9.2/accounts', { accountid: id, name: 'Alpine' }),
        request('PATCH', `accounts(${id})`, { fax: '1' }),
        request('GET', `${root}accounts(${id})?$select=name`),
        request('GET', `${path}accounts(${id})/name`),
        request('DELETE', `/api/data/v9.2/accounts(${id})`),
      ]),
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^multipart\/mixed; boundary=batchresponse_[0-9a-f-]{36}$/);
    expect(statuses(text)).toEqual([204, 204, 200, 200, 204]);
    expect(text).toContain(`Location: ${root}accounts(${id})\r\n`);
    expect(text).toContain(`OData-EntityId: ${root}accounts(${id})\r\n`);
    expect(text).toContain('"name":"Alpine"');
  });

  it('ends with the first failure and its status, unless it is to go on', async () => {
    const body = batchBody([
      request('POST', 'tasks', { subject: 'First' }),
      request('POST', 'tasks', { subject: 'x'.repeat(201) }),
      request('POST', 'tasks', { subject: 'Third' }),
    ]);
    const stopped = await send(body);
    expect([stopped.status, statuses(stopped.text)]).toEqual([400, [400]]);
    expect(stopped.text).toMatch(/REQ_ID: [0-9a-f-]{36}\r\n/);
    expect(stopped.text).toContain(
      '{"error":{"code":"0x80044331","message":"A validation error occurred.  The length of',
    );
    expect((await get('tasks/$count')).text).toBe('1');
    const through = await send(body, { prefer: 'odata.continue-on-error' });
    expect([through.status, statuses(through.text)]).toEqual([200, [204, 400, 204]]);
    expect((await get('tasks/$count')).text).toBe('3');
  });

  it('keeps all or nothing of a change set, whose parts refer to earlier ones', async () => {
    const linked = await send(
      batchBody([
        [
          request('POST', 'accounts', { name: 'Alpine' }),
          request('POST', 'contacts', { lastname: 'Holm' }),
          request('PUT', '$1/primarycontactid/$ref', { '@odata.id': '$2' }),
          request('PATCH', '$2', { 'parentcustomerid_account@odata.bind': '$1' }),
          request('PUT', '$1/name', { value: 'Alpine Ski House' }),
        ],
        request('GET', 'accounts?$select=name&$expand=primarycontactid($select=lastname)'),
      ]),
    );
    expect([linked.status, statuses(linked.text)]).toEqual([200, [204, 204, 204, 204, 204, 200]]);
    expect(linked.text).toMatch(/Content-Type: multipart\/mixed; boundary=changesetresponse_/);
    expect(linked.text).toMatch(/"name":"Alpine Ski House".*"lastname":"Holm"/);

    const failed = await send(
      batchBody([[request('POST', 'tasks', { subject: 'Gone' }), request('POST', 'tasks', { nothing: 1 })]]),
    );
    expect([failed.status, statuses(failed.text)]).toEqual([400, [400]]);
    expect((await get('tasks/$count')).text).toBe('0');
    const entries = (await running.call('/control/journal?target=dataverse')).json.items;
    const batches = entries.filter((entry: { path: string }) => entry.path.endsWith('$batch'));
    expect(batches.map((entry: { committed: boolean }) => entry.committed)).toEqual([true, false]);
  });

  it('replays a set with its own ids as a duplicate, and as a whole', async () => {
    const id = randomUUID();
    const body = batchBody([
      [request('POST', 'accounts', { accountid: id, name: 'Alpine' }), request('POST', 'tasks', { subject: 'Call' })],
    ]);
    expect((await send(body)).status).toBe(200);
    const again = await send(body);
    expect([again.status, statuses(again.text)]).toEqual([412, [412]]);
    expect((await get('tasks/$count')).text).toBe('1');
  });

  it('reads line ends of other kinds as the documentation allows', async () => {
    const body = batchBody([request('POST', 'tasks', { subject: 'x' })]);
    expect((await send(body.trimEnd())).status).toBe(200);
    const unix = body.replaceAll('\r\n', '\n');
    expect((await send(`${unix}\n\n`)).status).toBe(200);
    const refused = await send(unix);
    expect([refused.status, refused.json.error.code]).toEqual([400, '0x80048d19']);
    expect(refused.json.error.message).toContain('Stream was not readable');
  });

  it.each([
    ['no boundary', '', { 'content-type': 'application/json' }, 400],
    ['no parts', 'nothing', {}, 400],
    ['a part without a request', batchBody(['']), {}, 400],
    ['a batch in a batch', batchBody([request('POST', '$batch', {})]), {}, 400],
    ['a GET in a change set', batchBody([[request('GET', 'tasks')]]), {}, 400],
    ['a reference ahead', batchBody([[request('PATCH', '$1', {})]]), {}, 400],
    [
      'a reference in a body ahead',
      batchBody([[request('POST', 'tasks', { 'regardingobjectid_account_task@odata.bind': '$9' })]]),
      {},
      400,
    ],
    ['a reference outside of a set', batchBody([request('GET', '$1')]), {}, 400],
    ['another host', batchBody([request('GET', 'https://example.com/api/data/v9.2/tasks')]), {}, 400],
    ['too many', batchBody(Array.from({ length: 1001 }, () => request('GET', 'tasks'))), {}, 400],
  ])('refuses %s', async (_what, body, headers, status) => {
    expect((await send(body, headers as Record<string, string>)).status).toBe(status);
  });

  it('takes URLs of 64 KB, twice what a request alone takes', async () => {
    const id = await make('accounts', { name: 'Alpine' });
    const long = `accounts(${id})?$select=name&tag=${'x'.repeat(50_000)}`;
    expect(statuses((await send(batchBody([request('GET', long)]))).text)).toEqual([200]);
    expect((await get(long)).status).toBe(414);
    expect((await get(`accounts(${id})?$select=name&tag=${'x'.repeat(30_000)}`)).status).toBe(200);
    expect(statuses((await send(batchBody([request('GET', `${long}${'x'.repeat(20_000)}`)]))).text)).toEqual([400]);
  });
});
