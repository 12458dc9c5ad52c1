import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { webApiOf } from '../fixture/web-api.js';

const running: RunningSandbox = await startSandbox();
const { api, get, make, refusal, root } = await webApiOf(running);
const ids: Record<'holm' | 'berg' | 'alpine' | 'blue' | 'coho', string> = {
  holm: '',
  berg: '',
  alpine: '',
  blue: '',
  coho: '',
};

beforeAll(async () => {
  ids.holm = await make('contacts', { firstname: 'Mia', lastname: 'Holm', birthdate: '1990-05-01' });
  ids.berg = await make('contacts', { firstname: 'Berg', lastname: 'Berg' });
  const account = (name: string, fields: object) => make('accounts', { name, ...fields });
  ids.alpine = await account('Alpine Ski House', {
    revenue: 100,
    address1_city: 'Munich',
    accountcategorycode: 1,
    'primarycontactid@odata.bind': `/contacts(${ids.holm})`,
  });
  ids.blue = await account('Blue Yonder', { revenue: 200, address1_city: 'Berlin', accountcategorycode: 2 });
  ids.coho = await account('Coho Winery', { revenue: 300, 'primarycontactid@odata.bind': `/contacts(${ids.berg})` });
  const task = (subject: string, account: string, prioritycode = 1) =>
    make('tasks', { subject, prioritycode, 'regardingobjectid_account_task@odata.bind': `/accounts(${account})` });
  await task('Call Alpine', ids.alpine, 2);
  await task('Quote for Alpine', ids.alpine);
  await task('Call Blue', ids.blue);
  await make('contoso_sitevisits', { contoso_name: 'Visit', contoso_topics: '3,1' });
});
afterAll(() => running.stop());

const names = async (filter: string, more = '') => {
  const { status, json } = await get(`accounts?$select=name&$orderby=name&$filter=${filter}${more}`);
  return status === 200 ? json.value.map((row: { name: string }) => row.name.split(' ')[0]) : [status, json.error.code];
};
const crm = (call: string) => `Microsoft.Dynamics.CRM.${call}`;

describe('$filter', () => {
  it.each<[string, string[]]>([
    ['revenue gt 100', ['Blue', 'Coho']],
    ['revenue ge 100 and revenue lt 300', ['Alpine', 'Blue']],
    ['300 gt revenue', ['Alpine', 'Blue']],
    ["name eq 'alpine ski house' or revenue eq 300", ['Alpine', 'Coho']],
    ["not (name eq 'Blue Yonder')", ['Alpine', 'Coho']],
    ["contains(name,'WIN')", ['Coho']],
    ["startswith(name,'b') or endswith(name,'house')", ['Alpine', 'Blue']],
    ['address1_city eq null', ['Coho']],
    ["address1_city ne 'Munich'", ['Blue', 'Coho']],
    ["primarycontactid/lastname eq 'Holm'", ['Alpine']],
    ["startswith(primarycontactid/createdby/fullname,'Ada')", ['Alpine', 'Coho']],
    ['primarycontactid/birthdate lt 2000-01-01', ['Alpine']],
    ["Account_Tasks/any(t:t/subject eq 'Call Blue')", ['Blue']],
    ['Account_Tasks/any()', ['Alpine', 'Blue']],
    ["Account_Tasks/any(t:contains(t/subject,'call') and t/prioritycode eq 2)", ['Alpine']],
    ["Account_Tasks/all(t:startswith(t/subject,'Call'))", ['Blue', 'Coho']],
    [crm("In(PropertyName='revenue',PropertyValues=['100','300'])"), ['Alpine', 'Coho']],
    [crm('NotIn(PropertyName=@p1,PropertyValues=@p2)&@p1=\'name\'&@p2=["Blue Yonder"]'), ['Alpine', 'Coho']],
    [crm("Between(PropertyName='revenue',PropertyValues=['150','250'])"), ['Blue']],
    [crm("NotBetween(PropertyName='revenue',PropertyValues=['150','250'])"), ['Alpine', 'Coho']],
    [crm("LastXHours(PropertyName='createdon',PropertyValue=1)"), ['Alpine', 'Blue', 'Coho']],
    [crm("OlderThanXDays(PropertyName='createdon',PropertyValue=1)"), []],
    [crm("Today(PropertyName='createdon')"), ['Alpine', 'Blue', 'Coho']],
    [crm("EqualUserId(PropertyName='ownerid')"), ['Alpine', 'Blue', 'Coho']],
    [`${crm("In(PropertyName='accountcategorycode',PropertyValues=['1'])")} or revenue eq 200`, ['Alpine', 'Blue']],
    ['_primarycontactid_value eq @c', ['Alpine']],
  ])('%s', async (filter, found) => {
    expect(await names(filter, filter.includes('@c') ? `&@c=${ids.holm}` : '')).toEqual(found);
  });

  it('compares two columns', async () => {
    const { json } = await get('contacts?$select=lastname&$filter=firstname eq lastname');
    expect(json.value.map((row: { lastname: string }) => row.lastname)).toEqual(['Berg']);
  });

  it('goes along the hierarchy of a table', async () => {
    const child = await make('accounts', { name: 'Child', 'parentaccountid@odata.bind': `/accounts(${ids.blue})` });
    const grandchild = await make('accounts', { name: 'Deep', 'parentaccountid@odata.bind': `/accounts(${child})` });
    const related = (name: string, id: string) => names(crm(`${name}(PropertyName='accountid',PropertyValue='${id}')`));
    expect(await related('Under', ids.blue)).toEqual(['Child', 'Deep']);
    expect(await related('UnderOrEqual', ids.blue)).toEqual(['Blue', 'Child', 'Deep']);
    expect(await related('Above', grandchild)).toEqual(['Blue', 'Child']);
    expect(await related('AboveOrEqual', child)).toEqual(['Blue', 'Child']);
    expect(await related('NotUnder', child)).not.toContain('Deep');
    for (const id of [grandchild, child]) await api('DELETE', `accounts(${id})`);
  });

  it('looks into several choices', async () => {
    const asked = (values: string) =>
      get(
        `contoso_sitevisits?$filter=${crm(`ContainValues(PropertyName='contoso_topics',PropertyValues=[${values}])`)}`,
      );
    expect((await asked("'1','2'")).json.value).toHaveLength(1);
    expect((await asked("'2'")).json.value).toHaveLength(0);
  });

  it.each([
    ["revenue eq 'x'"],
    ['Name eq null'],
    ['revenue eq name'],
    ["contains(revenue,'x')"],
    ['primaryContactId/lastname eq null'],
    ['account_tasks/any()'],
    [crm("Nonsense(PropertyName='name')")],
    [crm("constructor(PropertyName='name')")],
    [crm("LastXDays(PropertyName='name',PropertyValue=1)")],
    [crm("Between(PropertyName='revenue',PropertyValues=['1'])")],
    ['revenue add 1 eq 2'],
    ['revenue in (1,2)'],
  ])('refuses %s', async (filter) => {
    expect(await names(filter)).toEqual([400, '0x80060888']);
  });
});

describe('$orderby and $top', () => {
  it('orders by several columns and by a path', async () => {
    const { json } = await get('accounts?$select=name&$orderby=primarycontactid/lastname desc,name&$top=2');
    expect(json.value.map((row: { name: string }) => row.name)).toEqual(['Alpine Ski House', 'Coho Winery']);
    expect(await refusal('GET', 'accounts?$orderby=Name')).toEqual([400, '0x80060888']);
  });
});

describe('$expand', () => {
  it('shows rows behind lookups and rows that refer, each with options of their own', async () => {
    const { json } = await get(
      `accounts(${ids.alpine})?$select=name&$expand=primarycontactid($select=fullname;$expand=createdby($select=fullname)),` +
        `Account_Tasks($select=subject;$filter=prioritycode eq 2;$orderby=subject desc;$top=1),ownerid`,
    );
    expect(json['@odata.context']).toBe(
      `${root}$metadata#accounts(name,primarycontactid(fullname,createdby(fullname)),ownerid(),Account_Tasks(subject))/$entity`,
    );
    expect(json.primarycontactid).toEqual({
      fullname: 'Mia Holm',
      contactid: ids.holm,
      createdby: { fullname: 'Ada Berg', systemuserid: expect.any(String), ownerid: expect.any(String) },
    });
    expect(json.Account_Tasks).toEqual([
      {
        '@odata.etag': expect.stringMatching(/^W\//),
        subject: 'Call Alpine',
        activityid: expect.any(String),
        _regardingobjectid_value: ids.alpine,
      },
    ]);
    const link = json['Account_Tasks@odata.nextLink'];
    expect(link).toMatch(/\/Account_Tasks\?\$select=subject&\$filter=/);
    expect((await get(link)).json.value).toHaveLength(1);
  });

  it('gives null for no row, and links where they are asked for', async () => {
    const blue = await get(`accounts(${ids.blue})?$select=name&$expand=primarycontactid`);
    expect(blue.json.primarycontactid).toBeNull();
    const reference = await get(`accounts(${ids.alpine})?$select=name&$expand=primarycontactid/$ref`);
    expect(reference.json.primarycontactid).toEqual({ '@odata.id': `${root}contacts(${ids.holm})` });
    expect(await refusal('GET', 'accounts?$expand=Account_Tasks/$ref')).toEqual([400, '0x80060888']);
    expect(await refusal('GET', 'accounts?$expand=PrimaryContactId')).toEqual([400, '0x80060888']);
  });
});

describe('paging', () => {
  it('goes on by a link until there is none, also when rows come and go in between', async () => {
    const headers = { prefer: 'odata.maxpagesize=2,odata.include-annotations="*"' };
    const first = await get('accounts?$select=name&$orderby=name&$top=1&$count=true', { headers });
    expect(first.headers.get('preference-applied')).toBe('odata.maxpagesize=2, odata.include-annotations="*"');
    expect(first.json.value.map((row: { name: string }) => row.name)).toEqual(['Alpine Ski House', 'Blue Yonder']);
    expect(first.json).toMatchObject({
      '@odata.count': 3,
      '@Microsoft.Dynamics.CRM.totalrecordcount': 3,
      '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded': false,
      '@Microsoft.Dynamics.CRM.globalmetadataversion': expect.stringMatching(/^\d+$/),
    });
    const link = first.json['@odata.nextLink'];
    expect(link).toContain('$skiptoken=%3Ccookie%20pagenumber%3D%222%22');
    const second = await get(link, { headers });
    expect(second.json.value.map((row: { name: string }) => row.name)).toEqual(['Coho Winery']);
    expect(second.json).not.toHaveProperty('@odata.nextLink');
    expect(await refusal('GET', 'accounts?$skiptoken=x')).toEqual([400, '0x80060888']);
  });

  it('counts', async () => {
    const { text, headers } = await get("accounts/$count?$filter=startswith(name,'a')");
    expect([text, headers.get('content-type')]).toEqual(['1', 'text/plain']);
    expect((await get(`accounts(${ids.alpine})/Account_Tasks/$count`)).text).toBe('2');
    expect((await get("RetrieveTotalRecordCount(EntityNames=['account','task'])")).json).toMatchObject({
      EntityRecordCountCollection: { Keys: ['account', 'task'], Values: [3, 3] },
    });
  });
});

describe('$apply', () => {
  it.each<[string, object[]]>([
    ['aggregate(revenue with sum as total)', [{ total: 600 }]],
    ['aggregate(revenue with average as mean,$count as rows)', [{ mean: 200, rows: 3 }]],
    ['aggregate(revenue with min as low,revenue with max as high)', [{ low: 100, high: 300 }]],
    ['groupby((accountcategorycode))', [{ accountcategorycode: 1 }, { accountcategorycode: 2 }, {}]],
    [
      'groupby((primarycontactid/fullname),aggregate(revenue with sum as total))',
      [{ contact_fullname: 'Mia Holm', total: 100 }, { total: 200 }, { contact_fullname: 'Berg Berg', total: 300 }],
    ],
    ['filter(revenue gt 100)/aggregate($count as rows)', [{ rows: 2 }]],
  ])('%s', async (apply, value) => {
    expect((await get(`accounts?$apply=${apply}`)).json.value).toEqual(value);
  });

  it.each([
    'groupby((createdon))',
    'aggregate(revenue with median as x)',
    'aggregate(revenue with constructor as x)',
    'concat(a,b)',
    'aggregate(Revenue with sum as x)',
  ])('refuses %s', async (apply) => {
    expect(await refusal('GET', `accounts?$apply=${apply}`)).toEqual([400, '0x80060888']);
  });

  it('takes no order', async () => {
    const { json } = await get('accounts?$apply=groupby((statuscode))&$orderby=statuscode');
    expect(json.error.message).toBe('The query node SingleValueOpenPropertyAccess is not supported.');
  });
});

describe('a property', () => {
  it('is read alone, also as plain text', async () => {
    const name = await get(`accounts(${ids.alpine})/name`);
    expect(name.json).toEqual({
      '@odata.context': `${root}$metadata#accounts(${ids.alpine})/name`,
      value: 'Alpine Ski House',
    });
    expect((await get(`accounts(${ids.alpine})/name/$value`)).text).toBe('Alpine Ski House');
    expect((await get(`accounts(${ids.alpine})/fax`)).status).toBe(204);
    expect((await get(`accounts(${ids.alpine})/primarycontactid?$select=fullname`)).json.fullname).toBe('Mia Holm');
    expect((await get(`accounts(${ids.blue})/primarycontactid`)).status).toBe(204);
    expect((await get(`accounts(${ids.alpine})/primarycontactid/$ref`)).json['@odata.id']).toBe(
      `${root}contacts(${ids.holm})`,
    );
  });
});

describe('304', () => {
  it('answers an ETag that still holds, and never with annotations or $expand', async () => {
    const path = `accounts(${ids.alpine})?$select=name`;
    const etag = (await get(path)).headers.get('etag') ?? '';
    const headers = { 'if-none-match': etag };
    expect((await get(path, { headers })).status).toBe(304);
    expect((await get(path, { headers: { 'if-none-match': 'null' } })).status).toBe(200);
    const annotated = { ...headers, prefer: 'odata.include-annotations="*"' };
    expect((await get(path, { headers: annotated })).status).toBe(200);
    expect((await get(`${path}&$expand=primarycontactid`, { headers })).status).toBe(200);
  });
});
