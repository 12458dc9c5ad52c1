import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';

const running: RunningSandbox = await startSandbox();
const tokens = {
  ada: await running.tokenFor('ada@contoso.example', '/dataverse/contoso'),
  ben: await running.tokenFor('ben@contoso.example', '/dataverse/contoso'),
  eve: await running.tokenFor('eve@contoso.example', '/dataverse/contoso'),
};

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

interface Options {
  as?: keyof typeof tokens;
  body?: unknown;
  headers?: Record<string, string>;
}

function api(method: string, path: string, { as = 'ada', body, headers = {} }: Options = {}) {
  return running.call(`/dataverse/contoso/api/data/v9.2/${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens[as]}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

const newTask = async (fields: object = {}, id = randomUUID()) => {
  const { status } = await api('POST', 'tasks', { body: { activityid: id, subject: 'Send the quote', ...fields } });
  expect(status).toBe(204);
  return id;
};

describe('create', () => {
  it('answers 204 with the address, and fills in what the server knows', async () => {
    const id = randomUUID();
    const { status, headers, text } = await api('POST', 'tasks', {
      body: { activityid: id.toUpperCase(), subject: 'A' },
    });
    expect([status, text]).toEqual([204, '']);
    expect(headers.get('odata-entityid')).toBe(`${running.origin}/dataverse/contoso/api/data/v9.2/tasks(${id})`);
    const { json } = await api('GET', `tasks(${id})`);
    const { json: me } = await api('GET', 'WhoAmI');
    expect(json).toMatchObject({
      activityid: id,
      subject: 'A',
      statecode: 0,
      statuscode: 2,
      prioritycode: 1,
      isbilled: false,
      description: null,
      _ownerid_value: me.UserId,
      _createdby_value: me.UserId,
      _owningbusinessunit_value: me.BusinessUnitId,
    });
    expect(json.createdon).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('refuses an id a second time with 412, and keeps the first row', async () => {
    const id = await newTask();
    const { status, json } = await api('POST', 'tasks', { body: { activityid: id, subject: 'Again' } });
    expect(status).toBe(412);
    expect(json.error).toEqual({ code: '0x80040237', message: 'A record with matching key values already exists.' });
    expect((await api('GET', `tasks(${id})?$select=subject`)).json.subject).toBe('Send the quote');
  });

  it('lets one of two creates with the same id win', async () => {
    const body = { activityid: randomUUID(), subject: 'Race' };
    const answers = await Promise.all([api('POST', 'tasks', { body }), api('POST', 'tasks', { body })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 412]);
  });

  it('shows the row where that is preferred', async () => {
    const headers = { prefer: 'return=representation' };
    const answer = await api('POST', 'tasks?$select=subject', { body: { subject: 'Shown' }, headers });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('preference-applied')).toBe('return=representation');
    expect(answer.headers.get('odata-entityid')).toBeNull();
    expect(answer.json).toMatchObject({ subject: 'Shown', '@odata.etag': answer.headers.get('etag') });
    expect(answer.json).not.toHaveProperty('statecode');
  });

  it.each([
    ['an unknown column', { colour: 'red' }, 400, '0x80048d19'],
    ['a column in another case', { Subject: 'x' }, 400, '0x80048d19'],
    ['a text that is too long', { subject: 'x'.repeat(201) }, 400, '0x80044331'],
    ['an option that is none', { prioritycode: 9 }, 400, '0x8004431A'],
    ['a status of another state', { statecode: 0, statuscode: 5 }, 400, '0x80048408'],
    ['a lookup by its column', { 'regardingobjectid@odata.bind': '/accounts(x)' }, 400, '0x80048d19'],
    ['a lookup in another case', { 'RegardingObjectId_account_task@odata.bind': '/accounts(x)' }, 400, '0x80048d19'],
    [
      'a row that is not there',
      { 'regardingobjectid_account_task@odata.bind': `/accounts(${randomUUID()})` },
      404,
      '0x80040217',
    ],
    [
      'a row of another table',
      { 'regardingobjectid_account_task@odata.bind': `/contacts(${randomUUID()})` },
      400,
      '0x80048d19',
    ],
    ['__proto__', '{"__proto__": {"a": 1}}', 400, '0x80048d19'],
    ['no object', '[1]', 400, '0x80048d19'],
    ['no JSON', '{"subject":', 400, '0x80048d19'],
    ['an unknown $select', { subject: 'x' }, 400, '0x80060888', '?$select=colour'],
  ])('refuses %s and keeps nothing', async (_what, body, status, code, query = '') => {
    const answer = await api('POST', `tasks${query}`, { body });
    expect(answer.status).toBe(status);
    expect(answer.json.error.code).toBe(code);
    expect((await api('GET', 'tasks')).json.value).toEqual([]);
  });
});

describe('lookups', () => {
  it('are bound by navigation property, read as _x_value, and cleared with null', async () => {
    const accountid = randomUUID();
    await api('POST', 'accounts', { body: { accountid, name: 'Alpine Ski House' } });
    const id = await newTask({ 'regardingobjectid_account_task@odata.bind': `/accounts(${accountid})` });
    const headers = { prefer: 'odata.include-annotations="*"' };
    const { json } = await api('GET', `tasks(${id})?$select=_regardingobjectid_value,statuscode`, { headers });
    expect(json).toMatchObject({
      _regardingobjectid_value: accountid,
      '_regardingobjectid_value@OData.Community.Display.V1.FormattedValue': 'Alpine Ski House',
      '_regardingobjectid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'account',
      '_regardingobjectid_value@Microsoft.Dynamics.CRM.associatednavigationproperty': 'regardingobjectid_account_task',
      'statuscode@OData.Community.Display.V1.FormattedValue': 'Not Started',
    });
    await api('PATCH', `tasks(${id})`, { body: { 'regardingobjectid_account_task@odata.bind': null } });
    expect((await api('GET', `tasks(${id})`)).json._regardingobjectid_value).toBeNull();
  });

  it('keep the case that a customer gave them', async () => {
    const accountid = randomUUID();
    await api('POST', 'accounts', { body: { accountid, name: 'A' } });
    const bind = (name: string) => ({ contoso_name: 'Visit', [`${name}@odata.bind`]: `accounts(${accountid})` });
    expect((await api('POST', 'contoso_sitevisits', { body: bind('contoso_account') })).status).toBe(400);
    expect((await api('POST', 'contoso_sitevisits', { body: bind('contoso_Account') })).status).toBe(204);
  });

  it('let a team own a row', async () => {
    const [team] = (await api('GET', 'teams?$select=teamid')).json.value;
    const id = await newTask({ 'ownerid_task@odata.bind': `/teams(${team.teamid})` });
    expect((await api('GET', `tasks(${id})`)).json).toMatchObject({
      _ownerid_value: team.teamid,
      _owninguser_value: null,
    });
  });
});

describe('update', () => {
  const patch = (id: string, headers: Record<string, string>, body: object = { subject: 'Changed' }) =>
    api('PATCH', `tasks(${id})`, { body, headers });

  it('takes the ETag that was read, and refuses it once the row has changed', async () => {
    const id = await newTask();
    const etag = (await api('GET', `tasks(${id})`)).json['@odata.etag'];
    expect(etag).toMatch(/^W\/"\d+"$/);
    expect((await patch(id, { 'if-match': etag })).status).toBe(204);
    const late = await patch(id, { 'if-match': etag }, { subject: 'Too late' });
    expect(late.status).toBe(412);
    expect(late.json.error.code).toBe('0x80060882');
    expect((await api('GET', `tasks(${id})`)).json.subject).toBe('Changed');
  });

  it('makes no row with If-Match, one without, and none over another with If-None-Match', async () => {
    const id = randomUUID();
    for (const value of ['*', 'W/"1"']) {
      const missing = await patch(id, { 'if-match': value });
      expect([missing.status, missing.json.error.code]).toEqual([404, '0x80040217']);
    }
    expect((await patch(id, { 'if-none-match': '*' })).status).toBe(204);
    const present = await patch(id, { 'if-none-match': '*' });
    expect([present.status, present.json.error.code]).toEqual([412, '0x80040237']);
    const upserted = await patch(randomUUID(), { prefer: 'return=representation' });
    expect(upserted.status).toBe(201);
  });

  it('brings the status along with the state', async () => {
    const id = await newTask();
    expect((await patch(id, { 'if-match': '*' }, { statecode: 1 })).status).toBe(204);
    expect((await api('GET', `tasks(${id})`)).json).toMatchObject({ statecode: 1, statuscode: 5 });
    expect((await patch(id, { 'if-match': '*' }, { statuscode: 2 })).json.error.code).toBe('0x80048408');
  });

  it('keeps a full name up to date', async () => {
    const contactid = randomUUID();
    await api('POST', 'contacts', { body: { contactid, firstname: 'Mia', lastname: 'Holm' } });
    await api('PATCH', `contacts(${contactid})`, { body: { lastname: 'Berg' } });
    expect((await api('GET', `contacts(${contactid})?$select=fullname`)).json.fullname).toBe('Mia Berg');
  });
});

describe('read', () => {
  it('gives the columns asked for, the id and the ETag, and 404 for a row that is not there', async () => {
    const id = await newTask();
    const { json, headers } = await api('GET', `tasks(${id})?$select=subject`);
    expect(Object.keys(json).sort()).toEqual(['@odata.context', '@odata.etag', 'activityid', 'subject']);
    expect(headers.get('etag')).toBe(json['@odata.etag']);
    const missing = await api('GET', `tasks(${randomUUID()})`);
    expect([missing.status, missing.json.error.code]).toEqual([404, '0x80040217']);
    const wrongCase = await api('GET', `tasks(${id})?$select=Subject`);
    expect(wrongCase.status).toBe(400);
    expect(wrongCase.json.error.message).toContain("'Subject'");
  });

  it('finds rows by equality, without regard to case', async () => {
    const id = await newTask({
      subject: "O'Brien & Söhne",
      prioritycode: 2,
      scheduledend: '2026-03-01T12:00:00+02:00',
    });
    await newTask({ subject: 'Another' });
    const filters = [
      `subject eq 'o''brien & söhne'`,
      `subject eq @p0&@p0='O''Brien %26 Söhne'`,
      `prioritycode eq 2 and isbilled eq false`,
      `activityid eq ${id}`,
      `scheduledend eq 2026-03-01T10:00:00Z`,
      `scheduledend ne null`,
      `(subject eq 'O''Brien %26 Söhne') and category eq null`,
    ];
    for (const filter of filters) {
      const encoded = filter.replaceAll(' & ', ' %26 ');
      const { status, json } = await api('GET', `tasks?$select=subject&$filter=${encoded}&$top=10`);
      expect([filter, status, json.value?.length]).toEqual([filter, 200, 1]);
      expect(json.value[0].activityid).toBe(id);
    }
  });

  it('orders and cuts', async () => {
    for (const subject of ['b', 'A', 'c']) await newTask({ subject });
    const { json } = await api('GET', 'tasks?$select=subject&$orderby=subject desc&$top=2');
    expect(json.value.map((row: { subject: string }) => row.subject)).toEqual(['c', 'b']);
  });

  it.each([
    ['tasks?$filter=prioritycode eq %27x%27', 400],
    ['tasks?$filter=nothing eq 1', 400],
    ['tasks?$filter=subject gt 1', 400],
    ['tasks?$skip=1', 400],
    ['tasks(not-a-guid)', 400],
    ['tasks(%ZZ)', 400],
    ['nothings', 404],
    ['tasks/x/y', 404],
    ['../../../etc', 404],
  ])('refuses %s with %d', async (path, status) => {
    expect((await api('GET', path)).status).toBe(status);
  });
});

describe('rights', () => {
  it('let eve read and not write', async () => {
    const id = await newTask();
    expect((await api('GET', `tasks(${id})`, { as: 'eve' })).status).toBe(200);
    for (const [method, path] of [
      ['POST', 'tasks'],
      ['PATCH', `tasks(${id})`],
    ] as const) {
      const { status, json } = await api(method, path, { as: 'eve', body: { subject: 'x' } });
      expect([status, json.error.code]).toEqual([403, '0x80040220']);
      expect(json.error.message).toMatch(/is missing prv(Create|Write)Activity privilege/);
    }
  });

  it('keep a user out of an environment that is not theirs', async () => {
    const token = await running.tokenFor('ben@contoso.example', '/dataverse/contoso-sandbox');
    const { status, json } = await running.call('/dataverse/contoso-sandbox/api/data/v9.2/WhoAmI', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([status, json.error.code]).toEqual([403, '0x80072560']);
  });

  it('need a token for this very environment, and say where to get one', async () => {
    const foreign = await running.tokenFor('ada@contoso.example', '/discovery');
    for (const authorization of [`Bearer ${foreign}`, 'Bearer x.y.z', '']) {
      const { status, headers } = await running.call('/dataverse/contoso/api/data/v9.2/WhoAmI', {
        headers: { authorization },
      });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(
        /^Bearer authorization_uri=http:\S+\/oauth2\/authorize, resource_id=http:\S+\/dataverse\/contoso\/$/,
      );
    }
  });

  it('give each user their own row', async () => {
    const { json: me } = await api('GET', 'WhoAmI', { as: 'ben' });
    const { json } = await api('GET', `systemusers(${me.UserId})?$select=fullname,internalemailaddress`, { as: 'ben' });
    expect(json).toMatchObject({ fullname: 'Ben Okafor', internalemailaddress: 'ben@contoso.example' });
  });
});
