import { afterAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';

const running: RunningSandbox = await startSandbox();
afterAll(() => running.stop());

async function instances(upn: string, query = '', path = '/discovery') {
  const token = await running.tokenFor(upn, path);
  return running.call(`/discovery/api/discovery/v2.0/Instances${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
}

describe('Global Discovery', () => {
  it('lists the instances of the user, with the real field names', async () => {
    const { environments } = (await running.call('/control/info')).json;
    const [contoso] = environments;
    const { json } = await instances('ben@contoso.example');
    expect(json.value).toHaveLength(1);
    expect(json.value[0]).toMatchObject({
      Id: contoso.id,
      FriendlyName: 'Contoso',
      Url: contoso.url,
      ApiUrl: contoso.apiUrl,
      TenantId: contoso.tenantId,
      State: 0,
      StatusMessage: 6,
      OrganizationType: 0,
      EnvironmentId: expect.any(String),
      UniqueName: expect.any(String),
    });
    expect((await instances('ada@contoso.example', '?$select=Id,OrganizationType')).json.value[1]).toEqual({
      Id: environments[1].id,
      OrganizationType: 5,
    });
  });

  it('refuses a token for an environment, and a column that it lacks', async () => {
    expect((await instances('ada@contoso.example', '', '/dataverse/contoso')).status).toBe(401);
    expect((await instances('ada@contoso.example', '?$select=Nothing')).status).toBe(400);
  });

  it('answers keys with lists, and compares texts with their case', async () => {
    const { value: all } = (await instances('ada@contoso.example')).json;
    const [first] = all;
    const byKey = async (key: string) => {
      const token = await running.tokenFor('ada@contoso.example', '/discovery');
      const { status, json } = await running.call(`/discovery/api/discovery/v2.0/Instances(${key})`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return json.value?.length ?? status;
    };
    expect(await byKey(first.Id)).toBe(1);
    expect(await byKey(`UniqueName='${first.UniqueName}'`)).toBe(1);
    expect(await byKey(`UniqueName='${first.UniqueName.toUpperCase()}'`)).toBe(0);
    expect(await byKey("Region='EMEA'")).toBe(2);
    expect(await byKey('State=0')).toBe(2);
    expect(await byKey("Nothing='x'")).toBe(400);
    const filtered = async (filter: string) =>
      (await instances('ada@contoso.example', `?$filter=${filter}`)).json.value.length;
    expect(await filtered("FriendlyName eq 'Contoso'")).toBe(1);
    expect(await filtered("FriendlyName eq 'contoso'")).toBe(0);
    expect(await filtered('OrganizationType eq 5')).toBe(1);
  });

  it('has an empty list, and no error, for somebody without an environment', async () => {
    const { environments } = (await running.call('/control/info')).json;
    const user = { upn: 'ben@contoso.example', member: false };
    await running.control('customize', { environment: environments[0].id, user });
    const { status, json } = await instances('ben@contoso.example');
    expect([status, json.value]).toEqual([200, []]);
    await running.control('reset', '');
  });
});
