import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

export interface HostSession {
  organization?: string;
  user?: string;
  expiresInSeconds?: number;
  audience?: string;
  /** Written over the others; an undefined one is left out. */
  claims?: JWTPayload;
  privateKey?: CryptoKey | Uint8Array;
  kid?: string;
  alg?: string;
}

export interface HostMessage {
  organization?: string;
  idempotencyKey?: string;
  typ?: string;
  audience?: string;
  issuer?: string;
  issuedSecondsAgo?: number;
  key?: CryptoKey;
  kid?: string;
}

interface KeyPair {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  jwks: string;
  /** False: its JWKS is answered with 503. */
  reachable: boolean;
  /** How often its JWKS was asked for. */
  asked: number;
}

/** The host product as the services see it: two JWKS over HTTP, users' tokens and the pipeline's messages. */
export class HostProduct {
  readonly issuer = 'https://host.invalid';
  readonly audience = 'bliro-crm';

  private constructor(
    private readonly server: Server,
    readonly users: KeyPair,
    readonly pipeline: KeyPair,
  ) {}

  /** @param alg of the users' tokens */
  static async start(alg = 'ES256'): Promise<HostProduct> {
    const [users, pipeline] = await Promise.all([keyPair('users-1', alg), keyPair('pipeline-1', 'EdDSA')]);
    const server = createServer((request, response) => {
      const asked = request.url === '/pipeline-jwks.json' ? pipeline : users;
      asked.asked += 1;
      if (!asked.reachable) return void response.writeHead(503).end();
      response.setHeader('content-type', 'application/json').end(asked.jwks);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HostProduct(server, users, pipeline);
  }

  get jwksUrl(): string {
    return `${this.origin}/jwks.json`;
  }

  get pipelineJwksUrl(): string {
    return `${this.origin}/pipeline-jwks.json`;
  }

  private get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A token of user `rep` of `contoso`, unless told otherwise. */
  token(roles = ['user'], session: HostSession = {}): Promise<string> {
    const { organization: org = 'contoso', user: sub = 'rep', audience: aud = this.audience } = session;
    const { alg, kid, privateKey } = { ...this.users, ...session };
    const exp = now() + (session.expiresInSeconds ?? 600);
    return new SignJWT({ iss: this.issuer, aud, sub, org, roles, exp, ...session.claims })
      .setProtectedHeader({ alg, kid, typ: 'JWT' })
      .sign(privateKey);
  }

  /** A job as the pipeline signs it for the queue. */
  message(job: Record<string, unknown>, options: HostMessage = {}): Promise<string> {
    const { organization = 'contoso', idempotencyKey = 'key-1', issuedSecondsAgo = 0 } = options;
    const { alg, kid, privateKey } = this.pipeline;
    return new SignJWT({ ...job, org: organization, idempotencyKey })
      .setProtectedHeader({ alg, kid: options.kid ?? kid, typ: options.typ ?? 'crm-job+jwt' })
      .setIssuer(options.issuer ?? this.issuer)
      .setAudience(options.audience ?? 'crm-jobs')
      .setIssuedAt(now() - issuedSecondsAgo)
      .sign(options.key ?? privateKey);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function keyPair(kid: string, alg: string): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }] });
  return { kid, alg, privateKey, jwks, reachable: true, asked: 0 };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
