import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { examples } from './customize-page.js';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { webApiOf } from '../fixture/web-api.js';

const running: RunningSandbox = await startSandbox();
const { api, get, make, refusal, customize, environment } = await webApiOf(running);

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

const columns = async (table: string): Promise<string[]> =>
  (await get(`EntityDefinitions(LogicalName='${table}')/Attributes?$select=LogicalName`)).json.value.map(
    (column: { LogicalName: string }) => column.LogicalName,
  );
const changes = async (stamp?: string) => {
  const query = {
    Properties: { PropertyNames: ['LogicalName', 'Attributes'] },
    AttributeQuery: { Properties: { PropertyNames: ['LogicalName'] } },
  };
  const since = stamp === undefined ? '' : `,ClientVersionStamp=@s,DeletedMetadataFilters='All'`;
  const { status, json } = await get(
    `RetrieveMetadataChanges(Query=@q${since})?@q=${encodeURIComponent(JSON.stringify(query))}${stamp === undefined ? '' : `&@s='${stamp}'`}`,
  );
  return { status, json, tables: (json.EntityMetadata ?? []).map((one: { LogicalName: string }) => one.LogicalName) };
};

describe('a table of the customer', () => {
  it('is added in a few lines, and there at once', async () => {
    await customize({
      table: {
        name: 'contoso_machine',
        label: 'Machine',
        columns: {
          contoso_serial: { type: 'text', maxLength: 20 },
          contoso_power: { type: 'decimal', max: 500 },
          contoso_state: { type: 'choice', options: { 1: 'Running', 2: 'Idle' } },
          contoso_owner: { type: 'lookup', targets: { contoso_Owner: 'account' } },
        },
        keys: { contoso_serialkey: ['contoso_serial'] },
      },
    });
    const account = await make('accounts', { name: 'Alpine' });
    const id = await make('contoso_machines', {
      contoso_name: 'Lathe',
      contoso_serial: 'A1',
      contoso_state: 2,
      'contoso_Owner@odata.bind': `/accounts(${account})`,
    });
    expect((await get("contoso_machines(contoso_serial='a1')")).json).toMatchObject({
      contoso_machineid: id,
      _contoso_owner_value: account,
      statuscode: 1,
    });
    expect((await get(`accounts(${account})?$expand=contoso_machine_account_contoso_owner`)).status).toBe(200);
    expect(
      (await get("EntityDefinitions(LogicalName='contoso_machine')?$select=IsCustomEntity&$expand=Keys")).json,
    ).toMatchObject({ IsCustomEntity: true, Keys: [{ KeyAttributes: ['contoso_serial'] }] });
    expect((await get('$metadata')).text).toContain('<EntityType Name="contoso_machine"');
    await customize({ renameTable: { from: 'contoso_machine', to: 'contoso_device' } });
    expect((await get(`contoso_devices(${id})`)).json.contoso_serial).toBe('A1');
    await customize({ removeTable: 'contoso_device' });
    expect(await refusal('GET', 'contoso_devices')).toEqual([404, '0x8006088a']);
  });
});

describe('a column', () => {
  it('is added, renamed, given another type and removed, with what rows hold', async () => {
    await customize({ column: { table: 'task', name: 'contoso_mood', type: 'text', label: 'Mood' } });
    const id = await make('tasks', { subject: 'x', contoso_mood: 'good' });
    await customize({ renameColumn: { table: 'task', from: 'contoso_mood', to: 'contoso_temper' } });
    expect((await get(`tasks(${id})`)).json).toMatchObject({ contoso_temper: 'good' });
    expect(await refusal('GET', `tasks(${id})?$select=contoso_mood`)).toEqual([400, '0x80060888']);
    await customize({ column: { table: 'task', name: 'contoso_temper', type: 'choice', options: { 1: 'Good' } } });
    expect((await get(`tasks(${id})`)).json.contoso_temper).toBeNull();
    expect(await columns('task')).toEqual(expect.arrayContaining(['contoso_temper', 'contoso_tempername']));
    const body = { contoso_temper: 'good' };
    expect(await refusal('PATCH', `tasks(${id})`, { body })).toEqual([400, '0x80048d19']);
    await customize({ removeColumn: { table: 'task', name: 'contoso_temper' } });
    expect(await columns('task')).not.toContain('contoso_temper');
    await customize({ key: { table: 'account', name: 'byname', columns: ['name'] } });
    await make('accounts', { name: 'Alpine' });
    expect(await refusal('POST', 'accounts', { body: { name: 'alpine' } })).toEqual([412, '0x80060892']);
  });

  it('shows in the changes since a stamp, what was removed too', async () => {
    const all = await changes();
    expect(all.tables).toContain('contoso_sitevisit');
    const { ServerVersionStamp: stamp } = all.json;
    expect((await changes(stamp)).tables).toEqual([]);
    await customize({ column: { table: 'task', name: 'contoso_mood', type: 'text' } });
    const changed = await changes(stamp);
    expect(changed.tables).toEqual(['task']);
    expect(changed.json.EntityMetadata[0].Attributes).toContainEqual(
      expect.objectContaining({ LogicalName: 'contoso_mood' }),
    );
    const { ServerVersionStamp: next } = changed.json;
    await customize({ removeColumn: { table: 'task', name: 'contoso_mood' } });
    expect((await changes(next)).json.DeletedMetadata).toMatchObject({
      Keys: ['Attribute'],
      Values: [{ Items: [expect.stringMatching(/^[0-9a-f-]{36}$/)] }],
    });
    await customize({ removeColumn: { table: 'account', name: 'primarycontactid' } });
    expect((await changes(next)).json.DeletedMetadata.Keys).toEqual(['Attribute', 'Relationship']);
    await customize({ expireMetadataStamps: true });
    const expired = await changes(next);
    expect([expired.status, expired.json.error.code]).toEqual([400, '0x80044352']);
    expect((await changes()).status).toBe(200);
  });

  it('changes the version that every answer can name', async () => {
    const headers = { prefer: 'odata.include-annotations="*"' };
    const version = async () => (await get('tasks', { headers })).json['@Microsoft.Dynamics.CRM.globalmetadataversion'];
    const before = await version();
    await customize({ column: { table: 'task', name: 'contoso_mood', type: 'text' } });
    expect(await version()).not.toBe(before);
  });
});

describe('a plug-in', () => {
  it('refuses with a sentence for people, and nothing is kept', async () => {
    await customize({
      plugIn: { table: 'opportunity', when: { estimatedvalue: null }, refuse: 'Say what it is worth.' },
    });
    const refused = await api('POST', 'opportunities', { body: { name: 'Lifts' } });
    expect(refused.json).toEqual({ error: { code: '0x80040265', message: 'Say what it is worth.' } });
    expect((await api('POST', 'opportunities', { body: { name: 'Lifts', estimatedvalue: 5 } })).status).toBe(204);
    expect((await get('opportunities/$count')).text).toBe('1');
  });

  it('changes values, until it is removed; administrators may go past it', async () => {
    await customize({ plugIn: { name: 'shout', table: 'task', set: { category: 'Shouted', prioritycode: 2 } } });
    const id = await make('tasks', { subject: 'x' });
    expect((await get(`tasks(${id})`)).json).toMatchObject({ category: 'Shouted', prioritycode: 2 });
    const headers = { 'mscrm.bypassbusinesslogicexecution': 'CustomSync' };
    expect(await refusal('POST', 'tasks', { body: { subject: 'x' }, headers })).toEqual([403, '0x80040220']);
    const past = await api('POST', 'tasks', {
      as: 'admin',
      body: { subject: 'x' },
      headers: { 'mscrm.bypasscustompluginexecution': 'true', prefer: 'return=representation' },
    });
    expect(past.json.category).toBeNull();
    await customize({ removePlugIn: 'shout' });
    const { json } = await api('POST', 'tasks', {
      body: { subject: 'x' },
      headers: { prefer: 'return=representation' },
    });
    expect(json.category).toBeNull();
  });

  it('runs on what control writes, and on deletes', async () => {
    const id = await make('tasks', { subject: 'x' });
    await customize({ plugIn: { table: 'task', on: ['delete'], refuse: 'Keep it.' } });
    expect(await refusal('DELETE', `tasks(${id})`)).toEqual([400, '0x80040265']);
    await customize({ plugIn: { table: 'task', on: ['update'], set: { category: 'Seen' } } });
    const { json } = await running.control('records', { environment, table: 'task', id, fields: { subject: 'y' } });
    expect(json.category).toBe('Seen');
  });
});

describe('POST /control/customize', () => {
  it.each<[object, number, string]>([
    [{}, 400, 'invalid_body'],
    [{ colour: 1 }, 400, 'invalid_body'],
    [{ plugIn: { table: 'nothing', refuse: 'x' } }, 400, 'unknown_table'],
    [{ plugIn: { table: 'task', set: { nothing: 1 } } }, 409, 'unknown_column'],
    [{ plugIn: { table: 'task', set: { prioritycode: 77 } } }, 400, 'invalid_field'],
    [{ table: { name: 'account' } }, 409, 'table_exists'],
    [{ removeColumn: { table: 'task', name: 'statecode' } }, 409, 'column_fixed'],
    [{ removeColumn: { table: 'task', name: 'nothing' } }, 409, 'unknown_column'],
    [{ user: { upn: 'nobody@contoso.example' } }, 400, 'unknown_user'],
    [{ user: { upn: 'fay@fabrikam.example' } }, 409, 'foreign_user'],
    [{ ipFirewall: ['x'] }, 400, 'invalid_body'],
    [{ removePlugIn: 'x' }, 400, 'unknown_plug_in'],
  ])('refuses %j with %d %s', async (change, status, code) => {
    const answer = await running.control('customize', { environment, ...change });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('takes every example of its page, which a browser gets', async () => {
    for (const [, change] of examples) await customize(change);
    const { text, headers } = await running.call('/control/customize', { headers: { accept: 'text/html' } });
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).toContain('A plug-in that refuses');
  });

  it('says by GET what it takes', async () => {
    const { json } = await running.call('/control/customize');
    expect(Object.keys(json.properties)).toEqual(expect.arrayContaining(['table', 'column', 'plugIn', 'user']));
  });
});
