import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamicsWebApi } from 'dynamics-web-api';
import { randomUUID } from 'node:crypto';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';

const running: RunningSandbox = await startSandbox();
const accessToken = await running.tokenFor('ada@contoso.example', '/dataverse/contoso');
const crm = new DynamicsWebApi({
  serverUrl: `${running.origin}/dataverse/contoso/`,
  dataApi: { version: '9.2' },
  onTokenRefresh: () => Promise.resolve(accessToken),
});

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

const newAccount = (name: string, fields: object = {}) =>
  crm.create<object, { accountid: string; '@odata.etag': string }>({
    collection: 'accounts',
    data: { name, ...fields },
    returnRepresentation: true,
  });

/** dynamics-web-api 2.5.0, a client that nobody here wrote, uses the sandbox as it uses Dynamics. */
describe('dynamics-web-api', () => {
  it('creates, and gets the id or the row', async () => {
    const accountid = randomUUID();
    expect(await crm.create({ collection: 'accounts', data: { accountid, name: 'Alpine' } })).toBe(accountid);
    const row = await crm.create({
      collection: 'accounts',
      data: { name: 'Blue Yonder', primarycontactid: { firstname: 'Mia', lastname: 'Holm' } },
      returnRepresentation: true,
      select: ['name', '_primarycontactid_value'],
    });
    expect(row).toMatchObject({ name: 'Blue Yonder', _primarycontactid_value: expect.any(String) });
    await expect(crm.create({ collection: 'accounts', data: { accountid, name: 'Again' } })).rejects.toMatchObject({
      status: 412,
      code: '0x80040237',
    });
  });

  it('retrieves with formatted values, an expanded lookup, and by ETag', async () => {
    const contact = await crm.create<object, string>({ collection: 'contacts', data: { lastname: 'Holm' } });
    const { accountid } = await newAccount('Alpine', {
      accountcategorycode: 1,
      'primarycontactid@odata.bind': `/contacts(${contact})`,
    });
    const row = await crm.retrieve({
      collection: 'accounts',
      key: accountid,
      select: ['name', 'accountcategorycode'],
      expand: [{ property: 'primarycontactid', select: ['fullname'] }],
      includeAnnotations: '*',
    });
    expect(row).toMatchObject({
      name: 'Alpine',
      accountcategorycode_Formatted: 'Preferred Customer',
      primarycontactid: { fullname: 'Holm' },
    });
    const ifnonematch = row['@odata.etag'];
    expect(
      await crm.retrieve({ collection: 'accounts', key: accountid, select: ['name'], ifnonematch }),
    ).toBeUndefined();
    await expect(crm.retrieve({ collection: 'accounts', key: randomUUID() })).rejects.toMatchObject({ status: 404 });
  });

  it('updates, one property too, and not over a change that it has not seen', async () => {
    const { accountid, '@odata.etag': ifmatch } = await newAccount('Alpine');
    await crm.update({ collection: 'accounts', key: accountid, data: { name: 'Alpine Ski House' }, ifmatch });
    await crm.updateSingleProperty({
      collection: 'accounts',
      key: accountid,
      fieldValuePair: { telephone1: '+49 89' },
    });
    expect(
      await crm.retrieve({ collection: 'accounts', key: accountid, select: ['name', 'telephone1'] }),
    ).toMatchObject({ name: 'Alpine Ski House', telephone1: '+49 89' });
    // With If-Match, this client says by `false` that the row has another version.
    expect(await crm.update({ collection: 'accounts', key: accountid, data: { name: 'Late' }, ifmatch })).toBe(false);
    await expect(
      crm.update({ collection: 'accounts', key: randomUUID(), data: { name: 'None' } }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('upserts, with either of its guards', async () => {
    const key = randomUUID();
    const collection = 'accounts';
    await crm.upsert({ collection, key, data: { name: 'New' } });
    await crm.upsert({ collection, key, data: { name: 'Changed' } });
    expect(await crm.upsert({ collection, key, data: { name: 'Kept' }, ifnonematch: '*' })).toBeNull();
    expect(await crm.upsert({ collection, key: randomUUID(), data: { name: 'None' }, ifmatch: '*' })).toBeNull();
    expect(await crm.retrieve({ collection, key, select: ['name'] })).toMatchObject({ name: 'Changed' });
    expect(await crm.count({ collection })).toBe(1);
  });

  it('upserts by an alternate key', async () => {
    const request = { collection: 'contoso_sitevisits', key: "contoso_externalid='a/b'" };
    await crm.upsert({ ...request, data: { contoso_name: 'First' } });
    await crm.upsert({ ...request, data: { contoso_name: 'Second' } });
    const { value } = await crm.retrieveMultiple({ collection: 'contoso_sitevisits', select: ['contoso_name'] });
    expect(value.map(({ contoso_name: name }) => name)).toEqual(['Second']);
  });

  it('queries with filters, order and count', async () => {
    for (const [name, revenue] of [
      ['Alpine', 10],
      ['Blue', 20],
      ['Coho', 30],
    ] as const)
      await newAccount(name, { revenue });
    const { value, oDataCount } = await crm.retrieveMultiple({
      collection: 'accounts',
      select: ['name', 'revenue'],
      filter: "revenue ge 15 and not startswith(name,'x')",
      orderBy: ['revenue desc'],
      count: true,
      top: 1,
    });
    expect([value[0].name, value.length, oDataCount]).toEqual(['Coho', 1, 2]);
    const sums = await crm.retrieveMultiple({ collection: 'accounts', apply: 'aggregate(revenue with sum as total)' });
    expect(sums.value).toEqual([{ total: 60 }]);
  });

  it('pages, by hand and to the end', async () => {
    for (let i = 0; i < 7; i++) await newAccount(`Account ${i}`);
    const request = { collection: 'accounts', select: ['name'], orderBy: ['name'], maxPageSize: 3 };
    const first = await crm.retrieveMultiple(request);
    const second = await crm.retrieveMultiple(request, first.oDataNextLink);
    expect(second.value.map(({ name }) => name)).toEqual(['Account 3', 'Account 4', 'Account 5']);
    expect((await crm.retrieveAll(request)).value).toHaveLength(7);
    expect(await crm.countAll({ collection: 'accounts' })).toBe(7);
  });

  it('associates and disassociates', async () => {
    const { accountid } = await newAccount('Alpine');
    const contact = await crm.create<object, string>({ collection: 'contacts', data: { lastname: 'Holm' } });
    const task = await crm.create<object, string>({ collection: 'tasks', data: { subject: 'Call' } });
    const single = { collection: 'accounts', primaryKey: accountid, navigationProperty: 'primarycontactid' };
    const related = { collection: 'accounts', primaryKey: accountid, relationshipName: 'Account_Tasks' };
    await crm.associateSingleValued({ ...single, relatedCollection: 'contacts', relatedKey: contact });
    await crm.associate({
      ...related,
      relatedCollection: 'tasks',
      relatedKey: task,
    });
    const read = () =>
      crm.retrieve({
        collection: 'accounts',
        key: accountid,
        select: ['_primarycontactid_value'],
        expand: [{ property: 'Account_Tasks', select: ['subject'] }],
      });
    expect(await read()).toMatchObject({ _primarycontactid_value: contact, Account_Tasks: [{ subject: 'Call' }] });
    await crm.disassociateSingleValued(single);
    await crm.disassociate({ ...related, relatedKey: task });
    expect(await read()).toMatchObject({ _primarycontactid_value: null, Account_Tasks: [] });
  });

  it('deletes', async () => {
    const { accountid } = await newAccount('Alpine');
    await crm.deleteRecord({ collection: 'accounts', key: accountid });
    await expect(crm.retrieve({ collection: 'accounts', key: accountid })).rejects.toMatchObject({ status: 404 });
  });

  it('sends batches with change sets and references', async () => {
    crm.startBatch();
    void crm.create({ collection: 'contacts', data: { lastname: 'Holm' }, contentId: '1' });
    void crm.create({ collection: 'accounts', data: { name: 'Alpine', 'primarycontactid@odata.bind': '$1' } });
    const [contact, account] = await crm.executeBatch();
    expect(
      await crm.retrieve({ collection: 'accounts', key: account, select: ['_primarycontactid_value'] }),
    ).toMatchObject({ _primarycontactid_value: contact });

    crm.startBatch();
    void crm.retrieveMultiple({ collection: 'accounts', select: ['name'] });
    void crm.retrieve({ collection: 'contacts', key: contact, select: ['lastname'] });
    const [accounts, row] = await crm.executeBatch();
    expect([accounts.value[0].name, row.lastname]).toEqual(['Alpine', 'Holm']);
  });

  it('keeps nothing of a change set that fails', async () => {
    crm.startBatch();
    void crm.create({ collection: 'accounts', data: { name: 'Alpine' } });
    void crm.create({ collection: 'accounts', data: { name: 'x'.repeat(161) } });
    await expect(crm.executeBatch()).rejects.toMatchObject([{ status: 400, error: { code: '0x80044331' } }]);
    expect(await crm.count({ collection: 'accounts' })).toBe(0);
  });

  it('reads definitions', async () => {
    const { value } = await crm.retrieveEntities({
      select: ['LogicalName', 'EntitySetName'],
      filter: 'IsActivity eq true',
    });
    expect(value.map(({ LogicalName }) => LogicalName).sort()).toEqual(['appointment', 'phonecall', 'task']);
    const entity = await crm.retrieveEntity({
      key: "LogicalName='lead'",
      select: ['SchemaName'],
      expand: [{ property: 'Attributes', select: ['LogicalName'] }],
    });
    expect(entity.Attributes.length).toBeGreaterThan(250);
    const attribute = await crm.retrieveAttribute({
      entityKey: "LogicalName='account'",
      attributeKey: "LogicalName='accountcategorycode'",
      castType: 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata',
      select: ['LogicalName'],
      expand: [{ property: 'OptionSet' }],
    });
    expect(attribute.OptionSet.Options.map(({ Value }: { Value: number }) => Value)).toEqual([1, 2]);
    const relations = await crm.retrieveRelationships({
      castType: 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata',
      filter: "SchemaName eq 'Account_Tasks'",
    });
    expect(relations.value).toHaveLength(1);
    expect(await crm.retrieveGlobalOptionSets()).toMatchObject({ value: expect.any(Array) });
    expect(await crm.retrieveCsdlMetadata()).toContain('<EntityType Name="account"');
    expect(await crm.callFunction('WhoAmI')).toMatchObject({ OrganizationId: expect.any(String) });
  });

  it('gets 429 with the time to wait', async () => {
    await running.control('settings', { throttle: { requests: 1, windowSeconds: 60 } });
    await crm.count({ collection: 'accounts' });
    await expect(crm.count({ collection: 'accounts' })).rejects.toMatchObject({
      status: 429,
      code: '0x80072322',
      headers: { 'retry-after': '60' },
    });
  });
});
