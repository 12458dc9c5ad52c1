import type { TokenRefusal } from '@bliro/contract/auth';
import type { DataSource } from 'typeorm';
import { Connection } from '../connection/connection.entity.js';
import type { AccessTokenMemory, HeldToken } from './memory.js';
import type { TokenUse } from '../vault/vault-event.js';
import type { Refresher } from './refresher.js';
import { isEnvironmentAddress, type Cloud } from '../environment/cloud.js';

export type TokenTarget = 'environment' | 'discovery';

export type TokenResult =
  | { kind: 'given'; token: HeldToken; connection: Connection }
  | { kind: 'refused'; code: Exclude<TokenRefusal, 'grant_refused'>; retryAfterMs?: number };

const ROUNDS = 4;

/** Access tokens of a connection: from memory, else by a refresh. Refusals are values. */
export class TokenSource {
  constructor(
    private readonly work: DataSource,
    private readonly memory: AccessTokenMemory,
    private readonly refresher: Refresher,
    private readonly discovery: { url: string; cloud: Cloud | undefined },
  ) {}

  /** `row` is as the caller has just read it; undefined where the user has none. */
  async get(row: Connection | undefined, target: TokenTarget, use: TokenUse): Promise<TokenResult> {
    let connection = row;
    for (let round = 0; round < ROUNDS; round += 1) {
      const standing = standingOf(connection, target);
      if (standing !== undefined || connection === undefined) return refused(standing ?? 'not_connected');
      const resource = this.resourceOf(connection, target);
      if (resource === undefined) return refused('environment_required');
      const held = connection.status === 'needs_reconnect' ? undefined : this.memory.find(connection, resource);
      if (held !== undefined) return { kind: 'given', token: held, connection };
      const answer = await this.refresher.refresh(connection, resource, use);
      if (answer.kind === 'lost') return refused('not_connected');
      if (answer.kind === 'later') return { ...refused('unavailable'), retryAfterMs: answer.retryAfterMs };
      connection = (await this.work.manager.findOneBy(Connection, { id: connection.id })) ?? undefined;
      if (answer.kind !== 'token' || connection === undefined) continue;
      if (standingOf(connection, target) !== undefined) continue;
      this.memory.keep(connection, resource, answer.token);
      return { kind: 'given', token: answer.token, connection };
    }
    return { ...refused('unavailable'), retryAfterMs: 1000 };
  }

  private resourceOf({ environmentUrl }: Connection, target: TokenTarget): string | undefined {
    if (target === 'discovery') return this.discovery.url;
    return environmentUrl !== null && isEnvironmentAddress(environmentUrl, this.discovery.cloud)
      ? environmentUrl
      : undefined;
  }
}

/** Why there can be no token now; undefined where there can. A broken connection is asked about again when its probe is due. */
function standingOf(connection: Connection | undefined, target: TokenTarget) {
  switch (connection?.status) {
    case 'active':
      return undefined;
    case 'awaiting_environment':
      return target === 'discovery' ? undefined : 'environment_required';
    case 'needs_reconnect': {
      const { ciphertext, probeAt } = connection;
      return ciphertext !== null && probeAt !== null && probeAt.getTime() <= Date.now()
        ? undefined
        : 'reconnect_required';
    }
    default:
      return 'not_connected';
  }
}

function refused(code: Exclude<TokenRefusal, 'grant_refused'>) {
  return { kind: 'refused', code } as const;
}
