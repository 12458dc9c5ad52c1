import type { SandboxClient } from '@bliro/sandbox-client';
import { createHash, randomBytes } from 'node:crypto';

/** The authorization code flow with PKCE, as the sandbox's test client. */
export async function accessTokenFor(sandbox: SandboxClient, upn: string, resource: string): Promise<string> {
  const { testClient, users } = sandbox.info;
  const authority = `${sandbox.origin}/${users.find((user) => user.upn === upn)?.tenantId}/oauth2/v2.0`;
  const verifier = randomBytes(32).toString('base64url');
  const asked = {
    client_id: testClient.clientId,
    redirect_uri: testClient.redirectUri,
    scope: `openid offline_access ${resource}/user_impersonation`,
  };
  const query = new URLSearchParams({
    ...asked,
    response_type: 'code',
    response_mode: 'query',
    state: 'test',
    nonce: 'test',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const location = await sandbox.consent(`${authority}/authorize?${query.toString()}`, upn);
  const code = new URL(location).searchParams.get('code');
  if (code === null) throw new Error(`No code came back: ${location}`);
  const response = await fetch(`${authority}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...asked,
      client_secret: testClient.clientSecret,
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
    }),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (answer.access_token === undefined) throw new Error(`No token came back: ${JSON.stringify(answer)}`);
  return answer.access_token;
}
