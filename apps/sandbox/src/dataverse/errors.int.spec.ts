import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { webApiOf } from '../fixture/web-api.js';

const running: RunningSandbox = await startSandbox();
const { api, get, refusal, root, customize } = await webApiOf(running);

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

/** Codes that nobody can bring about by asking for something: they are rehearsed with a fault, in Dataverse's own form. */
describe('an error of the server', () => {
  it.each([
    [400, '0x80040203'],
    [403, '0x80048306'],
    [403, '0x80040231'],
    [403, '0x8004A112'],
    [500, '0x80040216'],
    [500, '0x80044150'],
    [504, '0x80044151'],
    [500, '0x80044339'],
    [503, '0x8004418d'],
    [500, '0x80044171'],
    [500, '0x80044172'],
    [500, '0x80044173'],
    [500, '0x80081111'],
    [500, '0x80040333'],
    [401, '0x80040225'],
  ])('%d %s comes when a fault asks for it', async (status, code) => {
    await running.control('faults', { target: 'dataverse', effect: { kind: 'status', status, code }, times: 1 });
    const answer = await get('accounts');
    expect([answer.status, answer.json.error.code, typeof answer.json.error.message]).toEqual([status, code, 'string']);
    expect(answer.headers.get('odata-version')).toBe('4.0');
    expect((await get('accounts')).status).toBe(200);
  });

  it('is not found where the set is not there, and 401 where the token is not good', async () => {
    expect(await refusal('GET', 'account')).toEqual([404, '0x8006088a']);
    expect(await refusal('GET', 'Accounts')).toEqual([404, '0x8006088a']);
    const { status, headers, text } = await get('WhoAmI', { headers: { authorization: 'Bearer x' } });
    expect([status, text]).toEqual([401, '']);
    expect(headers.get('www-authenticate')).toContain('authorization_uri=');
  });
});

/** Requests and answers as they stand in Microsoft's documentation, but for ids and addresses. */
describe('the documentation', () => {
  it('shows the error of a text that is too long (execute-batch-operations-using-web-api)', async () => {
    const { json } = await api('POST', 'tasks', { body: { subject: `Subject is too long ${'x'.repeat(200)}` } });
    expect(json).toEqual({
      error: {
        code: '0x80044331',
        message:
          "A validation error occurred.  The length of the 'subject' attribute of the 'task' entity exceeded the maximum allowed length of '200'.",
      },
    });
  });

  it('shows pages of contacts (page-results)', async () => {
    for (const lastname of ['A', 'B', 'C']) await api('POST', 'contacts', { body: { lastname } });
    const headers = { prefer: 'odata.maxpagesize=2' };
    const { json, headers: answered } = await get('contacts?$select=fullname', { headers });
    expect(answered.get('preference-applied')).toBe('odata.maxpagesize=2');
    const [, second] = json.value;
    expect(json).toEqual({
      '@odata.context': `${root}$metadata#contacts(fullname)`,
      value: [expect.objectContaining({ fullname: 'A' }), second],
      '@odata.nextLink': expect.stringContaining(`${root}contacts?$select=fullname&$skiptoken=`),
    });
    expect(Object.keys(second)).toEqual(['@odata.etag', 'fullname', 'contactid']);
    const cookie = decodeURIComponent(json['@odata.nextLink'].split('$skiptoken=')[1]);
    expect(cookie).toMatch(/^<cookie pagenumber="2" pagingcookie="%253Ccookie.*" istracking="False" \/>$/);
    const inner = decodeURIComponent(decodeURIComponent(/pagingcookie="([^"]*)"/.exec(cookie)?.[1] ?? ''));
    expect(inner).toContain(`<contactid last="{${second.contactid.toUpperCase()}}" first="{`);
  });

  it('shows statuses counted and formatted (aggregate-data, count-rows)', async () => {
    await api('POST', 'accounts', { body: { name: 'Litware', revenue: 440_000 } });
    const headers = { prefer: 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"' };
    const formatted = '@OData.Community.Display.V1.FormattedValue';
    const apply = async (text: string) => (await get(`accounts?$apply=${text}`, { headers })).json;
    expect(await apply('groupby((statuscode),aggregate($count as count))')).toEqual({
      '@odata.context': `${root}$metadata#accounts`,
      value: [{ [`statuscode${formatted}`]: 'Active', statuscode: 1, [`count${formatted}`]: '1', count: 1 }],
    });
    expect((await apply('aggregate(revenue with sum as total)')).value).toEqual([
      { [`total${formatted}`]: '€440,000.00', total: 440_000 },
    ]);
    expect((await get('accounts?$select=accountid&$count=true')).json).toMatchObject({
      '@odata.count': 1,
      value: [{ accountid: expect.any(String) }],
    });
  });

  it('shows the message of a plug-in as it is, and an error without annotations', async () => {
    await customize({ plugIn: { table: 'account', refuse: 'You can only save rows that are complete.' } });
    const { text } = await api('POST', 'accounts', { body: { name: 'x' } });
    expect(text).toBe('{"error":{"code":"0x80040265","message":"You can only save rows that are complete."}}');
  });

  it('shows details of an error where annotations are asked for (compose-http-requests-handle-errors)', async () => {
    const { json } = await get('accounts?$select=nothing', { headers: { prefer: 'odata.include-annotations="*"' } });
    expect(json.error).toMatchObject({
      code: '0x80060888',
      '@Microsoft.PowerApps.CDS.HelpLink': expect.stringContaining('CrmException%3a80060888'),
      '@Microsoft.PowerApps.CDS.InnerError.Message': json.error.message,
    });
    expect(Object.keys((await get('accounts?$select=nothing')).json.error)).toEqual(['code', 'message']);
  });
});
