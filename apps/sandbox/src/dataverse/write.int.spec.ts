import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { webApiOf } from '../fixture/web-api.js';

const running: RunningSandbox = await startSandbox();
const { api, get, make, refusal, root, customize } = await webApiOf(running);

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

describe('deep insert', () => {
  it('makes the rows around a row with it', async () => {
    const accountid = randomUUID();
    const task = await make('tasks', { subject: 'There before' });
    const { status } = await api('POST', 'accounts', {
      body: {
        accountid,
        name: 'Alpine',
        primarycontactid: { firstname: 'Mia', lastname: 'Holm', Contact_Tasks: [{ subject: 'Nested' }] },
        opportunity_customer_accounts: [{ name: 'Lifts' }, { name: 'Snow' }],
        'Account_Tasks@odata.bind': [`/tasks(${task})`],
      },
    });
    expect(status).toBe(204);
    const { json } = await get(
      `accounts(${accountid})?$expand=primarycontactid,opportunity_customer_accounts($select=name),Account_Tasks($select=subject)`,
    );
    expect(json.primarycontactid.fullname).toBe('Mia Holm');
    expect(json.opportunity_customer_accounts.map((row: { name: string }) => row.name)).toEqual(['Lifts', 'Snow']);
    expect(json.Account_Tasks).toMatchObject([{ subject: 'There before' }]);
    expect((await get(`contacts(${json.primarycontactid.contactid})/Contact_Tasks`)).json.value).toHaveLength(1);
  });

  it('is all or nothing, and for creates alone', async () => {
    const deep = {
      name: 'Alpine',
      primarycontactid: { lastname: 'Holm' },
      Account_Tasks: [{ subject: 'x'.repeat(201) }],
    };
    expect(await refusal('POST', 'accounts', { body: deep })).toEqual([400, '0x80044331']);
    for (const set of ['accounts', 'contacts', 'tasks']) expect((await get(`${set}/$count`)).text).toBe('0');
    const id = await make('accounts', { name: 'Alpine' });
    const body = { primarycontactid: { lastname: 'Holm' } };
    expect(await refusal('PATCH', `accounts(${id})`, { body })).toEqual([400, '0x80048d19']);
  });
});

describe('links', () => {
  it('are made and ended with $ref', async () => {
    const account = await make('accounts', { name: 'Alpine' });
    const contact = await make('contacts', { lastname: 'Holm' });
    const task = await make('tasks', { subject: 'Call' });
    const link = (path: string, target: string) => ({
      path: `accounts(${account})/${path}/$ref`,
      body: { '@odata.id': `${root}${target}` },
    });
    const single = link('primarycontactid', `contacts(${contact})`);
    const many = link('Account_Tasks', `tasks(${task})`);
    expect((await api('PUT', single.path, single)).status).toBe(204);
    expect((await api('POST', many.path, many)).status).toBe(204);
    expect((await get(`tasks(${task})`)).json._regardingobjectid_value).toBe(account);
    expect((await get(many.path)).json.value).toEqual([{ '@odata.id': `${root}tasks(${task})` }]);
    expect((await api('DELETE', single.path)).status).toBe(204);
    expect((await api('DELETE', `accounts(${account})/Account_Tasks(${task})/$ref`)).status).toBe(204);
    await api('POST', many.path, many);
    expect((await api('DELETE', `${many.path}?$id=${root}tasks(${task})`)).status).toBe(204);
    expect((await get(`accounts(${account})`)).json._primarycontactid_value).toBeNull();
    expect((await get(many.path)).json.value).toEqual([]);
  });

  it('of one column exclude each other, and end with null by either form', async () => {
    const account = await make('accounts', { name: 'Alpine' });
    const contact = await make('contacts', { lastname: 'Holm' });
    const id = await make('opportunities', { name: 'Lifts', 'customerid_account@odata.bind': `accounts(${account})` });
    const set = (body: object) => api('PATCH', `opportunities(${id})`, { body });
    const customer = async () => (await get(`opportunities(${id})?$select=_customerid_value`)).json._customerid_value;
    await set({ 'customerid_contact@odata.bind': `/contacts(${contact})` });
    expect(await customer()).toBe(contact);
    await set({ customerid_contact: null });
    expect(await customer()).toBeNull();
    await set({ 'customerid_account@odata.bind': `${root}accounts(${account.toUpperCase()})` });
    expect(await customer()).toBe(account);
    await set({ 'customerid_account@odata.bind': null });
    expect(await customer()).toBeNull();
  });
});

describe('single properties', () => {
  it('are set and emptied', async () => {
    const id = await make('accounts', { name: 'Alpine', fax: '1' });
    expect((await api('PUT', `accounts(${id})/name`, { body: { value: 'Blue' } })).status).toBe(204);
    expect((await api('DELETE', `accounts(${id})/fax`)).status).toBe(204);
    expect((await get(`accounts(${id})`)).json).toMatchObject({ name: 'Blue', fax: null });
    expect(await refusal('PUT', `accounts(${id})/name`, { body: { value: 5 } })).toEqual([400, '0x80048d19']);
    expect(await refusal('PUT', `accounts(${id})/name`, { body: 'x' })).toEqual([400, '0x80048d19']);
  });
});

describe('delete', () => {
  it('takes rows along, frees them, or is refused, as the relation says', async () => {
    const account = await make('accounts', { name: 'Alpine' });
    const child = await make('accounts', { name: 'Child', 'parentaccountid@odata.bind': `accounts(${account})` });
    const task = await make('tasks', {
      subject: 'x',
      'regardingobjectid_account_task@odata.bind': `accounts(${account})`,
    });
    const note = await make('annotations', { subject: 'x', 'objectid_account@odata.bind': `accounts(${account})` });
    expect((await api('DELETE', `accounts(${account})`)).status).toBe(204);
    expect(await refusal('DELETE', `accounts(${account})`)).toEqual([404, '0x80040217']);
    expect((await get(`accounts(${child})`)).json._parentaccountid_value).toBeNull();
    expect((await get(`tasks(${task})`)).status).toBe(404);
    expect((await get(`annotations(${note})`)).status).toBe(404);

    const opportunity = await make('opportunities', { name: 'Lifts' });
    await make('contoso_sitevisits', {
      contoso_name: 'Visit',
      'contoso_Opportunity@odata.bind': `opportunities(${opportunity})`,
    });
    expect(await refusal('DELETE', `opportunities(${opportunity})`)).toEqual([405, '0x80040227']);
  });

  it('respects the ETag, and wrong verbs are 405', async () => {
    const id = await make('accounts', { name: 'Alpine' });
    const headers = { 'if-match': 'W/"1"' };
    expect(await refusal('DELETE', `accounts(${id})`, { headers })).toEqual([412, '0x80060882']);
    for (const [method, path] of [
      ['PATCH', 'accounts'],
      ['DELETE', 'accounts'],
      ['PUT', `accounts(${id})`],
      ['POST', `accounts(${id})`],
      ['POST', `accounts(${id})/name`],
      ['POST', 'EntityDefinitions'],
    ] as const)
      expect((await refusal(method, path, { body: {} }))[0]).toBe(405);
    expect(await refusal('POST', 'WhoAmI', { body: {} })).toEqual([404, '']);
  });
});

describe('alternate keys', () => {
  it('find, make and change a row, and are there once', async () => {
    const key = (text: string) => `contoso_sitevisits(contoso_externalid='${text}')`;
    expect(await refusal('GET', key('a'))).toEqual([404, '0x80060891']);
    const ifMatch = { 'if-match': '*' };
    expect(await refusal('PATCH', key('a'), { body: {}, headers: ifMatch })).toEqual([404, '0x80060891']);
    expect((await api('PATCH', key('a'), { body: { contoso_name: 'A' } })).status).toBe(204);
    await api('PATCH', key('a'), { body: { contoso_name: 'B' } });
    expect((await get(key('a'))).json).toMatchObject({ contoso_name: 'B', contoso_externalid: 'a' });
    const again = await api('POST', 'contoso_sitevisits', { body: { contoso_name: 'C', contoso_externalid: 'A' } });
    expect([again.status, again.json.error.code]).toEqual([412, '0x80060892']);
    expect(again.json.error.message).toMatch(/<DuplicateRecordId>[0-9a-f-]{36}</);
    expect(await refusal('GET', "contoso_sitevisits(contoso_name='B')")).toEqual([400, '0x80060888']);
    await api('POST', 'tasks', { body: { subject: 'x' } });
  });
});

describe('activities', () => {
  it('have parties, which are written with them and replaced as a whole', async () => {
    const contact = await make('contacts', { lastname: 'Holm' });
    const id = await make('appointments', {
      subject: 'Meeting',
      appointment_activity_parties: [
        { participationtypemask: 5, 'partyid_contact@odata.bind': `/contacts(${contact})` },
        { participationtypemask: 6, addressused: 'guest@contoso.example' },
      ],
    });
    const parties = async () =>
      (await get(`appointments(${id})/appointment_activity_parties?$orderby=participationtypemask`)).json.value;
    expect(await parties()).toMatchObject([
      { participationtypemask: 5, _partyid_value: contact },
      { participationtypemask: 6, addressused: 'guest@contoso.example' },
    ]);
    const body = { value: [{ participationtypemask: 7, addressused: 'host@contoso.example' }] };
    expect((await api('PUT', `appointments(${id})/appointment_activity_parties`, { body })).status).toBe(204);
    expect(await parties()).toMatchObject([{ participationtypemask: 7 }]);
    expect((await refusal('PUT', `appointments(${id})/Appointment_Annotation`, { body }))[0]).toBe(405);
    expect((await refusal('POST', 'activityparties', { body: {} }))[0]).toBe(400);
  });

  it('are read-only once they are completed, until they are open again', async () => {
    const id = await make('tasks', { subject: 'Call' });
    const change = (body: object) => api('PATCH', `tasks(${id})`, { body, headers: { 'if-match': '*' } });
    await change({ statecode: 1, statuscode: 5 });
    const refused = await change({ subject: 'Other' });
    expect([refused.status, refused.json.error.message]).toEqual([400, 'Cannot update Closed or Cancelled Activity']);
    expect((await change({ statecode: 0 })).status).toBe(204);
    expect((await change({ subject: 'Other' })).status).toBe(204);
  });
});

describe('notes', () => {
  it('hang on rows of tables that have notes, with a file', async () => {
    const account = await make('accounts', { name: 'Alpine' });
    const body = {
      subject: 'Minutes',
      isdocument: true,
      filename: 'minutes.txt',
      mimetype: 'text/plain',
      documentbody: Buffer.from('agreed').toString('base64'),
      'objectid_account@odata.bind': `/accounts(${account})`,
    };
    const id = await make('annotations', body);
    expect((await get(`annotations(${id})`)).json).toMatchObject({ filesize: 6, _objectid_value: account });
    expect((await get(`accounts(${account})/Account_Annotation/$count`)).text).toBe('1');
    expect((await refusal('POST', 'annotations', { body: { documentbody: '!' } }))[0]).toBe(400);
    const onProduct = { subject: 'x', 'objectid_product@odata.bind': `/products(${randomUUID()})` };
    expect(await refusal('POST', 'annotations', { body: onProduct })).toEqual([400, '0x80048d19']);
  });
});

describe('values', () => {
  it('are kept as their columns say', async () => {
    const id = await make('contoso_sitevisits', {
      contoso_name: 'Visit',
      contoso_topics: '4,1,4',
      contoso_travelcost: 12.345,
      contoso_visitedon: '2026-03-01T01:30:00+02:00',
    });
    expect((await get(`contoso_sitevisits(${id})`)).json).toMatchObject({
      contoso_topics: '1,4',
      contoso_travelcost: 12.35,
      contoso_travelcost_base: 12.35,
      contoso_visitedon: '2026-02-28T23:30:00Z',
      _transactioncurrencyid_value: expect.any(String),
    });
    const selected = await get(`contoso_sitevisits(${id})?$select=contoso_travelcost`);
    expect(selected.json).toHaveProperty('_transactioncurrencyid_value');
    for (const [fields, code] of [
      [{ contoso_topics: '1,9' }, '0x8004431A'],
      [{ contoso_topics: [1] }, '0x80048d19'],
      [{ contoso_satisfaction: 11 }, '0x8004432f'],
      [{ contoso_accountname: 'x' }, '0x80048d19'],
    ] as const)
      expect(await refusal('PATCH', `contoso_sitevisits(${id})`, { body: fields })).toEqual([400, code]);
    const birth = await make('contacts', { lastname: 'Holm', birthdate: '1990-02-28' });
    expect((await get(`contacts(${birth})`)).json.birthdate).toBe('1990-02-28');
    const instant = { birthdate: '1990-02-28T00:00:00Z' };
    expect(await refusal('PATCH', `contacts(${birth})`, { body: instant })).toEqual([400, '0x80048d19']);
  });
});

describe('duplicate rules', () => {
  const headers = { 'mscrm.suppressduplicatedetection': 'false' };

  it('count where a request asks for them', async () => {
    await make('leads', { lastname: 'Holm', emailaddress1: 'mia@alpine.example' });
    const body = { lastname: 'Other', emailaddress1: 'MIA@alpine.example' };
    expect(await refusal('POST', 'leads', { body, headers })).toEqual([412, '0x80040333']);
    expect((await api('POST', 'leads', { body })).status).toBe(204);
    await customize({ duplicateRule: { name: 'Topics', table: 'task', columns: ['subject'] } });
    await make('tasks', { subject: 'Call' });
    expect(await refusal('POST', 'tasks', { body: { subject: 'call' }, headers })).toEqual([412, '0x80040333']);
    await customize({ removeDuplicateRule: 'Topics' });
    expect((await api('POST', 'tasks', { body: { subject: 'call' }, headers })).status).toBe(204);
  });
});

describe('Prefer', () => {
  it('takes several preferences in one header, by comma or semicolon', async () => {
    const prefer = 'return=representation;odata.include-annotations="OData.Community.Display.V1.FormattedValue"';
    const { status, json, headers } = await api('POST', 'tasks?$select=prioritycode', {
      body: { subject: 'x' },
      headers: { prefer },
    });
    expect(status).toBe(201);
    expect(json['prioritycode@OData.Community.Display.V1.FormattedValue']).toBe('Normal');
    expect(headers.get('preference-applied')).toBe(
      'return=representation, odata.include-annotations="OData.Community.Display.V1.FormattedValue"',
    );
    const updated = await api('PATCH', `tasks(${json.activityid})?$select=subject`, {
      body: { subject: 'y' },
      headers: { prefer: 'return=representation' },
    });
    expect([updated.status, updated.json.subject]).toEqual([200, 'y']);
  });
});
