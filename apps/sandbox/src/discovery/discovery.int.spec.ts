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
});
