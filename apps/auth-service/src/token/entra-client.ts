import { AuthError, type AuthenticationResult, ConfidentialClientApplication, LogLevel } from '@azure/msal-node';
import { dynamicsScopes } from '@bliro/contract/auth';
import type { ClientCredential, ClientProof } from './client-credential.js';
import { EntraFailed } from './entra-failure.js';
import { EntraHttp } from './entra-http.js';

export interface EntraSettings {
  clientId: string;
  credential: ClientCredential;
  /** Origin that signs people in, e.g. `https://login.microsoftonline.com`. */
  authority: string;
  /** Origin of a stand-in for it, on this machine. */
  standin?: string;
  redirectUri: string;
}

export interface SignIn {
  resource: string;
  state: string;
  nonce: string;
  codeChallenge: string;
  /** Entra's own challenge, as a refresh met it. */
  claims?: string;
}

export interface Redeemed {
  accessToken: string;
  expiresAt: Date;
  /** Absent where Entra sent none: the old one goes on. */
  refreshToken?: string;
  idToken: string;
}

const anyWorkAccount = 'organizations';
const allowedInUrl = new Set([
  'client_id',
  'scope',
  'redirect_uri',
  'response_type',
  'response_mode',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
]);

/**
 * MSAL, with one fresh client and one fresh network module an operation: shared ones mix users up in caches and
 * throttling. Asks for exactly the three scopes. Rejects with `EntraFailed` only.
 */
export class EntraClient {
  constructor(private readonly settings: EntraSettings) {}

  /** Where keys of id tokens are, and the issuer with `{tenantid}` in the tenant's place. */
  get discovery(): { jwksUri: string; issuerTemplate: string; audience: string } {
    const origin = this.origin;
    return {
      jwksUri: `${origin}/${anyWorkAccount}/discovery/v2.0/keys`,
      issuerTemplate: `${origin}/{tenantid}/v2.0`,
      audience: this.settings.clientId,
    };
  }

  async signInUrl(signIn: SignIn): Promise<string> {
    const scopes = [...dynamicsScopes(signIn.resource)];
    // Only the address is made: nothing is proven.
    const client = this.msal(anyWorkAccount, this.network(anyWorkAccount, scopes), { clientSecret: 'unused' });
    const url = new URL(
      await client.getAuthCodeUrl({
        scopes,
        redirectUri: this.settings.redirectUri,
        responseMode: 'query',
        prompt: 'select_account',
        state: signIn.state,
        nonce: signIn.nonce,
        codeChallenge: signIn.codeChallenge,
        codeChallengeMethod: 'S256',
      }),
    );
    // MSAL adds `profile`, telemetry and a claims request for the user's login name.
    for (const name of [...url.searchParams.keys()]) if (!allowedInUrl.has(name)) url.searchParams.delete(name);
    url.searchParams.set('scope', scopes.join(' '));
    if (signIn.claims !== undefined) url.searchParams.set('claims', signIn.claims);
    return url.href;
  }

  /** For an administrator of that tenant, or of their own where none is named. Consents for everybody in it. */
  adminConsentUrl(tenantId: string | undefined, resource: string): string {
    const { clientId, redirectUri } = this.settings;
    const url = new URL(`${this.origin}/${tenantId ?? anyWorkAccount}/v2.0/adminconsent`);
    url.searchParams.set('client_id', clientId);
    url.searchParams.set('scope', dynamicsScopes(resource).join(' '));
    url.searchParams.set('redirect_uri', new URL('/auth/v1/admin-consent/callback', redirectUri).href);
    return url.href;
  }

  redeemCode(o: { code: string; codeVerifier: string; nonce: string; resource: string }): Promise<Redeemed> {
    const scopes = [...dynamicsScopes(o.resource)];
    return this.redeem(anyWorkAccount, scopes, (client) =>
      client.acquireTokenByCode({
        code: o.code,
        codeVerifier: o.codeVerifier,
        nonce: o.nonce,
        scopes,
        redirectUri: this.settings.redirectUri,
      }),
    );
  }

  redeemRefreshToken(o: { refreshToken: string; tenantId: string; resource: string }): Promise<Redeemed> {
    const scopes = [...dynamicsScopes(o.resource)];
    return this.redeem(o.tenantId, scopes, (client) =>
      client.acquireTokenByRefreshToken({ refreshToken: o.refreshToken, scopes }),
    );
  }

  private async redeem(
    tenant: string,
    scopes: string[],
    ask: (client: ConfidentialClientApplication) => Promise<AuthenticationResult | null>,
  ): Promise<Redeemed> {
    const network = this.network(tenant, scopes);
    const client = this.msal(tenant, network, await this.proof(network.tokenEndpoint));
    try {
      const result = await ask(client);
      if (result === null || result.accessToken === '' || result.expiresOn === null) throw malformed();
      return {
        accessToken: result.accessToken,
        expiresAt: result.expiresOn,
        idToken: result.idToken,
        ...(network.refreshToken === undefined ? {} : { refreshToken: network.refreshToken }),
      };
    } catch (error) {
      if (error instanceof EntraFailed) throw error;
      if (network.failure !== undefined) throw new EntraFailed(network.failure);
      // What MSAL itself refuses (a nonce that differs, say) is named by its code; its message may quote the answer.
      throw new EntraFailed({ kind: 'not_sent', cause: error instanceof AuthError ? error.errorCode : 'unexpected' });
    } finally {
      client.clearCache();
      network.refreshToken = undefined;
    }
  }

  private get origin(): string {
    return this.settings.standin ?? this.settings.authority;
  }

  private network(tenant: string, scopes: readonly string[]): EntraHttp {
    return new EntraHttp(`${this.origin}/${tenant}/oauth2/v2.0/token`, scopes);
  }

  private async proof(tokenEndpoint: string): Promise<ClientProof> {
    try {
      return await this.settings.credential.prove(tokenEndpoint);
    } catch {
      throw new EntraFailed({ kind: 'not_sent', cause: 'client_credential' });
    }
  }

  private msal(tenant: string, network: EntraHttp, proof: ClientProof): ConfidentialClientApplication {
    const { clientId, authority, standin } = this.settings;
    return new ConfidentialClientApplication({
      auth: {
        clientId,
        ...proof,
        authority: `${authority}/${tenant}`,
        ...(standin === undefined ? {} : { authorityMetadata: metadata(standin, tenant) }),
      },
      system: {
        networkClient: network,
        disableInternalRetries: true,
        loggerOptions: { logLevel: LogLevel.Error, piiLoggingEnabled: false, loggerCallback: () => undefined },
      },
    });
  }
}

function malformed(): EntraFailed {
  return new EntraFailed({ kind: 'transport', cause: 'malformed_answer' });
}

function metadata(origin: string, tenant: string): string {
  return JSON.stringify({
    issuer: `${origin}/{tenantid}/v2.0`,
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    end_session_endpoint: `${origin}/${tenant}/oauth2/v2.0/logout`,
    jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
  });
}
