import type { OrganizationDatabase } from '@bliro/database';
import { Problem } from '@bliro/http';
import { randomBytes, randomUUID } from 'node:crypto';
import { type EntityManager, IsNull, MoreThan } from 'typeorm';
import { Connection } from '../connection/connection.entity.js';
import type { Owner } from '../connection/connections.js';
import type { EntraClient } from '../token/entra-client.js';
import { type BrowserSecret, challengeOf, derive, hashOf, newSecret } from './browser-secret.js';
import { ConsentAttempt } from './consent-attempt.entity.js';

export interface Begun {
  connectionId: string;
  authorizationUrl: string;
  secret: BrowserSecret;
}

export interface BeginOptions {
  returnTo: string;
  switchAccount: boolean;
  /** From the browser's cookie, if it has one. */
  secret: BrowserSecret | undefined;
}

const LIFE_MS = 600_000;
const OPEN_AT_ONCE = 5;

/** Begins consent attempts. */
export class BeginConsent {
  constructor(
    private readonly database: OrganizationDatabase,
    private readonly entra: EntraClient,
    private readonly discoveryUrl: string,
  ) {}

  /** @throws Problem too_many_attempts */
  async begin(owner: Owner, options: BeginOptions): Promise<Begun> {
    const state = randomBytes(32).toString('base64url');
    const begun = await this.database.run(owner.organization, async (manager) => {
      const connection = await ownConnection(manager, owner);
      const open = await openAttempts(manager, owner);
      refuseTooMany(open);
      const secret = reusable(options.secret, open) ?? newSecret();
      const attempt = attemptOf(connection, options, { state, secret });
      await manager.insert(ConsentAttempt, attempt);
      return { connection, attempt, secret };
    });
    const { verifier, nonce } = derive(begun.secret, begun.attempt.id);
    const { claims } = begun.connection;
    const authorizationUrl = await this.entra.signInUrl({
      resource: this.discoveryUrl,
      state,
      nonce,
      codeChallenge: challengeOf(verifier),
      ...(claims === null ? {} : { claims }),
    });
    return { connectionId: begun.connection.id, authorizationUrl, secret: begun.secret };
  }
}

/** The user's row, made if there is none; locked, so that one user's attempts begin one after another. */
async function ownConnection(manager: EntityManager, { organization, userId }: Owner): Promise<Connection> {
  await manager.query('insert into connection (organization, user_id) values ($1, $2) on conflict do nothing', [
    organization,
    userId,
  ]);
  return manager.findOneOrFail(Connection, { where: { organization, userId }, lock: { mode: 'pessimistic_write' } });
}

function openAttempts(manager: EntityManager, { organization, userId }: Owner): Promise<ConsentAttempt[]> {
  return manager.find(ConsentAttempt, {
    where: { organization, userId, finishedAt: IsNull(), expiresAt: MoreThan(new Date()) },
    order: { expiresAt: 'ASC' },
  });
}

function refuseTooMany(open: ConsentAttempt[]): void {
  const [oldest] = open;
  if (open.length < OPEN_AT_ONCE || oldest === undefined) return;
  throw new Problem('too_many_attempts', { retryAfterSeconds: (oldest.expiresAt.getTime() - Date.now()) / 1000 });
}

/** A second tab goes on with the first one's cookie; one that this user has no open attempt under may have been planted. */
function reusable(secret: BrowserSecret | undefined, open: ConsentAttempt[]): BrowserSecret | undefined {
  if (secret === undefined) return undefined;
  const hash = hashOf(secret);
  return open.some(({ cookieHash }) => cookieHash.equals(hash)) ? secret : undefined;
}

function attemptOf(
  connection: Connection,
  { returnTo, switchAccount }: BeginOptions,
  { state, secret }: { state: string; secret: BrowserSecret },
) {
  return {
    id: randomUUID(),
    organization: connection.organization,
    userId: connection.userId,
    connectionId: connection.id,
    connectionVersion: connection.version,
    stateHash: hashOf(state),
    cookieHash: hashOf(secret),
    expectedTenantId: switchAccount ? null : connection.tenantId,
    expectedSubject: switchAccount ? null : connection.subject,
    switchAccount,
    returnTo,
    expiresAt: new Date(Date.now() + LIFE_MS),
  };
}
