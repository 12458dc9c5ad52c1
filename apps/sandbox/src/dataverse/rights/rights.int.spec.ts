import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../../fixture/start-sandbox.js';
import { webApiOf } from '../../fixture/web-api.js';

const running: RunningSandbox = await startSandbox();
const { api, get, make, refusal, customize, environment } = await webApiOf(running);
const testClient = (await running.call('/control/info')).json.testClient.clientId;

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

const ben = (change: object) => customize({ user: { upn: 'ben@contoso.example', ...change } });
const depth = (reach: string) => ({
  roles: [{ name: 'Own', tables: { '*': { read: reach, create: reach, write: reach, delete: reach } } }],
});
const seen = async () =>
  (await get('tasks?$select=subject&$orderby=subject', { as: 'ben' })).json.value.map(
    (row: { subject: string }) => row.subject,
  );

describe('security roles', () => {
  it('reach as far as their depth', async () => {
    const adas = await make('tasks', { subject: 'of Ada' });
    await make('tasks', { subject: 'of Ben' }, 'ben');
    await ben(depth('user'));
    expect(await seen()).toEqual(['of Ben']);
    expect(await refusal('GET', `tasks(${adas})`, { as: 'ben' })).toEqual([403, '0x80040220']);
    const { json } = await api('PATCH', `tasks(${adas})`, { as: 'ben', body: { subject: 'x' } });
    expect(json.error.message).toMatch(
      /does not have WriteAccess right\(s\) for record with id [0-9a-f-]{36} of entity task/,
    );
    await ben(depth('businessUnit'));
    expect(await seen()).toEqual(['of Ada', 'of Ben']);
    await ben({ ...depth('businessUnit'), businessUnit: 'Nordics' });
    expect(await seen()).toEqual(['of Ben']);
    expect((await get('WhoAmI', { as: 'ben' })).json.BusinessUnitId).not.toBe(
      (await get('WhoAmI')).json.BusinessUnitId,
    );
    await ben(depth('organization'));
    expect(await seen()).toEqual(['of Ada', 'of Ben']);
  });

  it('show what belongs to a team of the user', async () => {
    const [team] = (await get('teams?$select=teamid')).json.value;
    await make('tasks', { subject: 'of the team', 'ownerid_task@odata.bind': `/teams(${team.teamid})` });
    await ben(depth('user'));
    expect(await seen()).toEqual(['of the team']);
  });

  it('name the privilege that is missing, for links and owners too', async () => {
    const account = await make('accounts', { name: 'Alpine' });
    await ben({ roles: [{ name: 'Tasks', tables: { task: { create: 'organization', append: 'organization' } } }] });
    const create = async (fields: object) =>
      (await api('POST', 'tasks', { as: 'ben', body: { subject: 'x', ...fields } })).json?.error?.message;
    expect(await create({})).toBeUndefined();
    expect(await create({ 'regardingobjectid_account_task@odata.bind': `/accounts(${account})` })).toContain(
      'is missing prvAppendToAccount privilege',
    );
    const { UserId } = (await get('WhoAmI')).json;
    expect(await create({ 'ownerid_task@odata.bind': `/systemusers(${UserId})` })).toContain('prvAssignActivity');
    expect(await refusal('GET', 'tasks', { as: 'ben' })).toEqual([403, '0x80040220']);
  });
});

describe('users', () => {
  it.each<[string, object, [number, string]]>([
    ['without a role', { roles: [] }, [403, '0x80042f09']],
    ['who are disabled', { disabled: true }, [403, '0x80040225']],
    ['who are no members', { member: false }, [403, '0x80072560']],
    ['without a licence', { licence: false }, [403, '0x80040220']],
  ])('%s are refused, and let in again', async (_who, change, refused) => {
    await ben(change);
    expect(await refusal('GET', 'accounts', { as: 'ben' })).toEqual(refused);
    await running.control('reset', '');
    expect((await get('accounts', { as: 'ben' })).status).toBe(200);
  });

  it('without a licence are told so', async () => {
    await ben({ licence: false });
    const { json } = await get('accounts', { as: 'ben' });
    expect(json.error.message).toContain('Consider assigning License.');
    expect((await get('WhoAmI', { as: 'ben' })).status).toBe(200);
  });

  it('who are no members are not shown the environment by discovery', async () => {
    const token = await running.tokenFor('ben@contoso.example', '/discovery');
    const found = async () =>
      (await running.call('/discovery/api/discovery/v2.0/Instances', { headers: { authorization: `Bearer ${token}` } }))
        .json.value.length;
    expect(await found()).toBe(1);
    await ben({ member: false });
    expect(await found()).toBe(0);
    await ben({ member: true, disabled: true });
    expect(await found()).toBe(0);
  });
});

describe('column security', () => {
  it('shows null and refuses writes to whoever is not allowed', async () => {
    const id = await make('accounts', { name: 'Alpine', creditlimit: 100 });
    await customize({ secureColumn: { table: 'account', column: 'creditlimit', read: ['ada@contoso.example'] } });
    const read = async (as: 'ada' | 'ben' | 'admin') =>
      (await get(`accounts(${id})?$select=creditlimit`, { as })).json.creditlimit;
    expect([await read('ada'), await read('ben'), await read('admin')]).toEqual([100, null, 100]);
    expect((await get('accounts?$filter=creditlimit eq 100', { as: 'ben' })).json.value).toEqual([]);
    const { status, json } = await api('PATCH', `accounts(${id})`, { as: 'ben', body: { creditlimit: 5 } });
    expect([status, json.error.code]).toEqual([403, '0x8004f507']);
    expect(json.error.message).toMatch(
      /does not have update permissions to a Credit Limit secured field on entity account/,
    );
    const body = { name: 'x', creditlimit: 5 };
    expect(await refusal('POST', 'accounts', { as: 'ben', body })).toEqual([403, '0x8004f502']);
    const definition = await get("EntityDefinitions(LogicalName='account')/Attributes(LogicalName='creditlimit')");
    expect(definition.json.IsSecured).toBe(true);
    await customize({ releaseColumn: { table: 'account', column: 'creditlimit' } });
    expect(await read('ben')).toBe(100);
  });
});

describe('the environment', () => {
  it('keeps applications out', async () => {
    await customize({ blockedApplications: [testClient] });
    expect(await refusal('GET', 'WhoAmI')).toEqual([403, '0x80095ffc']);
    await customize({ blockedApplications: [] });
    expect((await get('WhoAmI')).status).toBe(200);
  });

  it('keeps addresses out', async () => {
    await customize({ ipFirewall: ['10.0.0.0/8'] });
    expect(await refusal('GET', 'WhoAmI')).toEqual([403, '0x80095ffe']);
    await customize({ ipFirewall: ['10.0.0.0/8', '127.0.0.1'] });
    expect((await get('WhoAmI')).status).toBe(200);
    await customize({ ipFirewall: null });
    expect((await get('WhoAmI')).status).toBe(200);
  });
});

describe('impersonation', () => {
  it('is for administrators, and the row says who really wrote', async () => {
    const oid = await objectIdOf('ben@contoso.example');
    const headers = { callerobjectid: oid };
    expect(await refusal('GET', 'WhoAmI', { headers })).toEqual([403, '0x80040220']);
    const created = await api('POST', 'tasks?$select=_createdby_value,_createdonbehalfby_value', {
      as: 'admin',
      body: { subject: 'x' },
      headers: { ...headers, prefer: 'return=representation' },
    });
    const [admin, acted] = [(await get('WhoAmI', { as: 'admin' })).json, (await get('WhoAmI', { as: 'ben' })).json];
    expect(created.json).toMatchObject({
      _createdby_value: acted.UserId,
      _createdonbehalfby_value: admin.UserId,
    });
    const legacy = await get('WhoAmI', { as: 'admin', headers: { mscrmcallerid: acted.UserId } });
    expect(legacy.json.UserId).toBe(acted.UserId);
  });

  const objectIdOf = async (upn: string): Promise<string> => {
    const { json } = await get(`systemusers?$filter=domainname eq '${upn}'&$select=azureactivedirectoryobjectid`);
    return json.value[0].azureactivedirectoryobjectid;
  };
});

describe('audit', () => {
  it('says who wrote what and when, to administrators and to control', async () => {
    const id = await make('tasks', { subject: 'Before' });
    await api('PATCH', `tasks(${id})`, { as: 'ben', body: { subject: 'After' } });
    await api('DELETE', `tasks(${id})`, { as: 'ben' });
    expect(await refusal('GET', 'audits')).toEqual([403, '0x80040220']);
    const { json } = await get(`audits?$filter=_objectid_value eq ${id}`, { as: 'admin' });
    const actedBy = (await get('WhoAmI', { as: 'ben' })).json.UserId;
    expect(json.value).toMatchObject([
      { action: 1, objecttypecode: 'task' },
      { action: 2, _userid_value: actedBy },
      { action: 3, _userid_value: actedBy },
    ]);
    expect(JSON.parse(json.value[1].changedata).changedAttributes).toContainEqual({
      logicalName: 'subject',
      oldValue: 'Before',
      newValue: 'After',
    });
    const { items } = (await running.call(`/control/audit?environment=${environment}&table=task`)).json;
    expect(items).toHaveLength(3);
    expect(items[0]).toMatchObject({ objectid: id, operation: 1, createdon: expect.stringMatching(/Z$/) });
    expect((await running.call(`/control/audit?environment=${environment}&table=account`)).json.items).toEqual([]);
  });
});
