import type { Connection } from '../connection/connection.entity.js';

export interface HeldToken {
  accessToken: string;
  expiresAt: Date;
}

interface Entry extends HeldToken {
  /** A token of an earlier sign-in is never given out for a later one. */
  connectedAt: number;
  freshUntil: number;
  usedAt: number;
}

const IDLE_MS = 60_000;
const MARGIN_MS = 60_000;

/** Access tokens, in this process alone, until 60 s after their last use. They are never written anywhere. */
export class AccessTokenMemory {
  readonly #entries = new Map<string, Entry>();
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly now: () => number = Date.now) {
    this.#timer = setInterval(() => this.forgetIdle(), 5_000).unref();
  }

  find(connection: Pick<Connection, 'id' | 'connectedAt'>, resource: string): HeldToken | undefined {
    const entry = this.#entries.get(keyOf(connection.id, resource));
    const now = this.now();
    if (entry === undefined || entry.connectedAt !== connection.connectedAt?.getTime() || entry.freshUntil <= now) {
      return undefined;
    }
    entry.usedAt = now;
    return entry;
  }

  keep(connection: Pick<Connection, 'id' | 'connectedAt'>, resource: string, token: HeldToken): void {
    if (connection.connectedAt === null) return;
    const now = this.now();
    const life = token.expiresAt.getTime() - now;
    this.#entries.set(keyOf(connection.id, resource), {
      ...token,
      connectedAt: connection.connectedAt.getTime(),
      freshUntil: token.expiresAt.getTime() - Math.min(MARGIN_MS, life / 4),
      usedAt: now,
    });
  }

  drop(connectionId: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(`${connectionId} `)) this.#entries.delete(key);
  }

  forgetIdle(): void {
    const before = this.now() - IDLE_MS;
    for (const [key, entry] of this.#entries) if (entry.usedAt <= before) this.#entries.delete(key);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#entries.clear();
  }
}

const keyOf = (connectionId: string, resource: string): string => `${connectionId} ${resource}`;
