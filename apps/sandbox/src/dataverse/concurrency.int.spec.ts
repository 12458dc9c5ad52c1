import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { batchBody, batchHeaders, request, webApiOf } from '../fixture/web-api.js';

const running: RunningSandbox = await startSandbox();
const { api, get, make, customize, environment, tokens, root } = await webApiOf(running);

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

const slow = (more: object = {}) => customize({ plugIn: { table: 'task', slowMs: 200, ...more } });
/** Once the sandbox has a request in its hands. */
const arrived = async (): Promise<void> => {
  const { items } = (await running.call('/control/journal?target=dataverse')).json;
  if (items.length === 0) await arrived();
};
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

describe('two requests at once', () => {
  it('with the same id: the second waits for the first and is the duplicate', async () => {
    await slow();
    const body = { activityid: randomUUID(), subject: 'Race' };
    const started = performance.now();
    const answers = await Promise.all([1, 2].map(() => api('POST', 'tasks', { body })));
    expect(statuses(answers)).toEqual([204, 412]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(190);
    expect((await get('tasks/$count')).text).toBe('1');
  });

  it('with the same id: the second succeeds where the first is rolled back', async () => {
    await slow({ when: { subject: 'No' }, refuse: 'Not like this.' });
    const activityid = randomUUID();
    const first = api('POST', 'tasks', { body: { activityid, subject: 'No' } });
    await arrived();
    const second = api('POST', 'tasks', { body: { activityid, subject: 'Yes' } });
    expect(statuses(await Promise.all([first, second]))).toEqual([204, 400]);
    expect((await get(`tasks(${activityid})`)).json.subject).toBe('Yes');
  });

  it('that change one row by its ETag: one of them is too late', async () => {
    const id = await make('tasks', { subject: 'Before' });
    await slow({ on: ['update'] });
    const etag = (await get(`tasks(${id})`)).headers.get('etag') ?? '';
    const patch = (subject: string) =>
      api('PATCH', `tasks(${id})`, { body: { subject }, headers: { 'if-match': etag } });
    const [one, other] = await Promise.all([patch('One'), patch('Other')]);
    expect(statuses([one, other])).toEqual([204, 412]);
    const won = one.status === 204 ? 'One' : 'Other';
    expect((await get(`tasks(${id})`)).json.subject).toBe(won);
  });

  it('that change different columns of one row lose nothing', async () => {
    const id = await make('tasks', { subject: 'Before' });
    await slow({ on: ['update'] });
    const patch = (body: object) => api('PATCH', `tasks(${id})`, { body });
    await Promise.all([patch({ subject: 'After' }), patch({ category: 'Call' })]);
    expect((await get(`tasks(${id})`)).json).toMatchObject({ subject: 'After', category: 'Call' });
  });

  it('with the same alternate key: there is one row', async () => {
    await customize({ plugIn: { table: 'contoso_sitevisit', slowMs: 100 } });
    const upsert = (name: string) =>
      api('PATCH', "contoso_sitevisits(contoso_externalid='a')", { body: { contoso_name: name } });
    const create = api('POST', 'contoso_sitevisits', { body: { contoso_name: 'New', contoso_externalid: 'A' } });
    const answers = await Promise.all([create, upsert('One'), upsert('Two')]);
    expect(answers.filter(({ status }) => status !== 204).every(({ status }) => status === 412)).toBe(true);
    expect((await get('contoso_sitevisits/$count')).text).toBe('1');
  });

  it('that wait for each other: one is the victim, and nobody waits for ever', async () => {
    const [a, b] = [await make('tasks', { subject: 'A' }), await make('tasks', { subject: 'B' })];
    await slow({ on: ['update'] });
    const set = (first: string, second: string) =>
      api('POST', '$batch', {
        headers: batchHeaders,
        body: batchBody([
          [
            request('PATCH', `tasks(${first})`, { category: 'x' }),
            request('PATCH', `tasks(${second})`, { category: 'x' }),
          ],
        ]),
      });
    const answers = await Promise.all([set(a, b), set(b, a)]);
    expect(statuses(answers)).toEqual([200, 500]);
    expect(answers.find(({ status }) => status === 500)?.text).toContain('0x80044150');
  });

  it('do not see what has not been committed', async () => {
    await slow();
    const writing = api('POST', 'tasks', { body: { subject: 'x' } });
    expect((await get('tasks/$count')).text).toBe('0');
    await writing;
    expect((await get('tasks/$count')).text).toBe('1');
  });
});

describe('a client that has given up', () => {
  it('does not keep the row from being committed later', async () => {
    await running.control('faults', {
      target: 'dataverse',
      match: { method: 'POST', environment },
      effect: { kind: 'delay', ms: 300 },
      times: 1,
    });
    const id = randomUUID();
    const given = fetch(`${root}tasks`, {
      method: 'POST',
      signal: AbortSignal.timeout(50),
      headers: { authorization: `Bearer ${tokens.ada}` },
      body: JSON.stringify({ activityid: id, subject: 'Late' }),
    });
    await expect(given).rejects.toThrow();
    expect((await get(`tasks(${id})`)).status).toBe(404);
    // The same request again, as a client does that doesn't know: one row whatever comes first.
    const again = await api('POST', 'tasks', { body: { activityid: id, subject: 'Late' } });
    expect([204, 412]).toContain(again.status);
    const committed = async (): Promise<number> => {
      const { items } = (await running.call('/control/journal?target=dataverse')).json;
      const posts = items.filter(
        (entry: { method: string; status: number }) => entry.method === 'POST' && entry.status > 0,
      );
      return posts.length >= 2 ? posts.filter((entry: { committed: boolean }) => entry.committed).length : committed();
    };
    expect(await committed()).toBe(1);
    expect((await get('tasks/$count')).text).toBe('1');
  });
});
