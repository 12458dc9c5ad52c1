import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, change } from '../fixture/api.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';
import { formats } from './formats.js';

let system: PolicySystem;
beforeAll(async () => {
  system = await policySystem();
});
afterAll(() => system.close());

const user = { roles: ['user'], user: 'rep' };
const read = (organization: string, query = '', more = {}) =>
  call(system, `GET tools/manifest${query}`, { ...user, organization, ...more });

describe('GET tools/manifest', () => {
  it.each(formats)('%s has what is not denied, under a tag that holds until something changes', async (format) => {
    const organization = `manifest-${format}`;
    await change(system, 'create_task', { permission: 'ask' }, { organization });
    const first = await read(organization, `?format=${format}`);
    const etag = first.headers.get('etag') ?? '';
    expect(first.body['tools']).toHaveLength(1);
    expect(first.text).toContain('"create_task"');
    const same = await read(organization, `?format=${format}`, { ifNoneMatch: `"other", W/${etag}` });
    expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', etag]);
    // Another change of the policy that shows nothing else to a model leaves the tag as it is.
    await change(system, 'read_lead', { fields: ['subject'] }, { organization });
    expect((await read(organization, `?format=${format}`, { ifNoneMatch: etag })).status).toBe(304);
    await change(system, 'create_task', { fields: ['subject'] }, { organization });
    const changed = await read(organization, `?format=${format}`, { ifNoneMatch: etag });
    expect(changed.status).toBe(200);
    expect(changed.text).not.toContain('prioritycode');
  });

  it('is the same byte for byte whether a tool is denied or never was configured', async () => {
    await change(system, 'read_lead', { permission: 'ask' }, { organization: 'took-back' });
    await change(system, 'read_lead', { permission: 'deny' }, { organization: 'took-back' });
    const [one, other] = [await read('took-back'), await read('never-gave')];
    expect([one.text, one.headers.get('etag')]).toEqual([other.text, other.headers.get('etag')]);
  });

  it('comes in pages where a client takes fewer tools', async () => {
    await call(system, 'POST presets/read_only', { organization: 'paged', body: {} });
    const names: string[] = [];
    let query = '?limit=3';
    do {
      const { body } = await read('paged', query);
      names.push(...body['tools'].map(({ name }: { name: string }) => name));
      query = body['nextCursor'] === undefined ? '' : `?limit=3&cursor=${body['nextCursor']}`;
    } while (query !== '');
    expect(names).toHaveLength(8);
    expect(names).toEqual([...names].sort());
  });

  it('is nothing for a pipeline, and knows no other format', async () => {
    expect((await read('paged', '', { roles: ['pipeline'] })).status).toBe(403);
    expect((await read('paged', '?format=xml')).body['code']).toBe('invalid_query');
  });
});
