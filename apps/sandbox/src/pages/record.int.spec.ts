import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';

const running: RunningSandbox = await startSandbox();
const ada = await running.tokenFor('ada@contoso.example', '/dataverse/contoso');
const environment: string = (await running.call('/control/info')).json.environments[0].id;
const id = randomUUID();

beforeEach(async () => {
  running.sandbox.reset();
  const { status } = await running.call('/dataverse/contoso/api/data/v9.2/tasks', {
    method: 'POST',
    headers: { authorization: `Bearer ${ada}` },
    body: JSON.stringify({
      activityid: id,
      subject: 'Call <b>back</b>',
      description: '"a" & \'b\'\n<script>x()</script>',
    }),
  });
  expect(status).toBe(204);
});
afterAll(() => running.stop());

const open = (query: string, slug = 'contoso') => running.call(`/dataverse/${slug}/main.aspx${query}`);
const link = (more: Record<string, string> = {}) =>
  `?${new URLSearchParams({ etn: 'task', pagetype: 'entityrecord', id, ...more }).toString()}`;

/** The words of the page, as somebody reads them. */
const read = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ');

function expectPage({ headers, text }: Awaited<ReturnType<typeof open>>): void {
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('cache-control')).toBe('no-store');
  expect(text).toContain('<a href="/">');
  expect(text).toContain('<a href="/journal">');
  expect(read(text)).toContain('Dynamics would ask for sign-in here');
  expect(text).not.toMatch(/<script|<img|<link|(?:src|href)="(?!\/(?!\/))/);
}

describe('the page of a record', () => {
  it('shows it as it stands, and who created and who changed it', async () => {
    const change = { environment, table: 'task', id, fields: { percentcomplete: 40 } };
    const record = (await running.control('records', change)).json;
    const answer = await open(link());
    expect(answer.status).toBe(200);
    expectPage(answer);
    const page = squeezed(read(answer.text));
    expect(page).toContain('Environment Contoso (Production)');
    expect(page).toContain('Table Task task');
    const { items: people } = (await running.call(`/control/records?environment=${environment}&table=systemuser`)).json;
    const nameOf = (user: string): string =>
      people.find(({ systemuserid }: { systemuserid: string }) => systemuserid === user).fullname;
    expect(nameOf(record.createdby)).not.toBe(nameOf(record.modifiedby));
    expect(page).toContain(`Created ${record.createdon}, by ${nameOf(record.createdby)}`);
    expect(page).toContain(`Modified ${record.modifiedon}, by ${nameOf(record.modifiedby)}`);
    for (const [name, value] of Object.entries(record))
      expect(page).toContain(squeezed(` ${name} ${typeof value === 'string' ? value : JSON.stringify(value)} `));
  });

  it('escapes what stands in the record', async () => {
    const { text } = await open(link());
    expect(text).not.toMatch(/<b>|<script>/);
    expect(read(text)).toContain('Call <b>back</b>');
    expect(read(text)).toContain('"a" & \'b\'\n<script>x()</script>');
  });

  it.each([
    ['in braces', `{${id}}`],
    ['in capitals', id.toUpperCase()],
  ])('takes the id %s', async (_how, given) => {
    expect((await open(link({ id: given }))).status).toBe(200);
  });

  it('shows what has no creator, and a table that its customer made', async () => {
    const { items } = (await running.call(`/control/records?environment=${environment}&table=systemuser`)).json;
    const user = await open(link({ etn: 'systemuser', id: items[0].systemuserid }));
    expect(squeezed(read(user.text))).toContain('by the environment itself');
    const table = { name: 'contoso_machine', label: 'Machine', columns: { contoso_serial: { type: 'text' } } };
    expect((await running.control('customize', { environment, table })).status).toBe(204);
    const machine = { environment, table: 'contoso_machine', id, fields: { contoso_serial: 'S-1' } };
    expect((await running.control('records', machine)).status).toBe(201);
    expect(squeezed(read((await open(link({ etn: 'contoso_machine' }))).text))).toContain('contoso_serial S-1');
  });

  it('is no call of the Web API: not in the journal, and no fault meets it', async () => {
    await running.control('faults', { target: 'dataverse', effect: { kind: 'status', status: 503 } });
    const journal = async () => (await running.call('/control/journal')).json.items;
    const before = await journal();
    expect((await open(link())).status).toBe(200);
    expect((await open(link({ id: randomUUID() }))).status).toBe(404);
    expect(await journal()).toEqual(before);
    expect((await running.call('/dataverse/contoso/api/data/v9.2/tasks')).status).toBe(503);
  });

  it('leaves other methods to the Web API', async () => {
    const other = await running.call(`/dataverse/contoso/main.aspx${link()}`, { method: 'POST' });
    expect([other.status, other.text]).toEqual([401, '']);
  });
});

describe('a link that leads to no record', () => {
  it.each([
    ['another id', link({ id: '00000000-0000-0000-0000-000000000000' }), 'Contoso has no Task with the id 0000'],
    ['another table', link({ etn: 'account' }), 'Contoso has no Account with the id'],
    ['no table of that name', link({ etn: 'tsak' }), 'Contoso has no table “tsak”'],
    ['nothing asked for', '', 'Only pages of records are here'],
    ['a list', link({ pagetype: 'entitylist' }), 'Only pages of records are here'],
    ['no id', '?etn=task&pagetype=entityrecord', '“” is not the id of a record'],
    ['a name of every object', link({ etn: '__proto__' }), 'no table “__proto__”'],
    ['HTML as a table', link({ etn: '"><script>x()</script>' }), 'no table “"><script>x()</script>”'],
    ['HTML as an id', link({ id: "'><img src=x onerror=x()>" }), "“'><img src=x onerror=x()>” is not the id"],
    ['a bad escape', '?etn=%zz&pagetype=entityrecord&id=%', 'no table “%zz”'],
    ['bytes that are no text', '?etn=%ff%00&pagetype=entityrecord', 'Contoso has no table'],
    ['the id twice', `?pagetype=entityrecord&etn=task&id=1&id=${id}`, '“1” is not the id'],
    ['brackets', `?pagetype=entityrecord&etn[]=task&id[$ne]=${id}`, 'no table “”'],
    ['thousands of braces', link({ id: '{'.repeat(15_000) }), 'is not the id of a record'],
    ['thousands of parameters', link({ etn: 'x'.repeat(10_000) }) + '&a=b'.repeat(5_000), 'no table “xxx'],
  ])('says so with 404: %s', async (_what, query, sentence) => {
    const start = performance.now();
    const answer = await open(query);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(answer.status).toBe(404);
    expectPage(answer);
    expect(squeezed(read(answer.text))).toContain(sentence);
    expect(answer.text.length).toBeLessThan(10_000);
  });

  it.each([
    ['any', 'nowhere'],
    ['in capitals', 'Contoso'],
    ['a name of every object', '__proto__'],
    ['HTML', '%3Cscript%3E'],
    ['a long one', 'x'.repeat(20_000)],
  ])('says so of an environment that there is none of: %s', async (_what, slug) => {
    const answer = await open(link(), slug);
    expect(answer.status).toBe(404);
    expectPage(answer);
    expect(squeezed(read(answer.text))).toContain('There is no such environment. There are contoso,');
  });

  it('is that of another environment', async () => {
    const answer = await open(link(), 'fabrikam');
    expect(answer.status).toBe(404);
    expect(read(answer.text)).toContain('Fabrikam has no Task with the id');
  });
});
