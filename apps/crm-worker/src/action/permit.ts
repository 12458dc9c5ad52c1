import type { TokenGiven } from '@bliro/contract/auth';
import type { Decision } from '@bliro/contract/policy';
import type { Permission } from '@bliro/dataverse';
import { CallsOver, Ended, LaneTrouble } from './interruption.js';

/** What was permitted, and with which token. */
export interface Access {
  decision: Decision;
  token: TokenGiven;
}

export interface PermitParts {
  /** Monotonic milliseconds. */
  clock: () => number;
  /** Why no call may start at all; undefined where calls may. */
  stopReason: () => string | undefined;
  /** Asks everybody again; throws Ended, CallsOver, OwnOutage or LaneTrouble. */
  renew: () => Promise<Access>;
}

const worthMs = 500;
const mostRenewals = 3;

/** Permission to start a call: worth 500 ms, counted from before it was asked for. */
export class Permit implements Permission {
  #renewing: Promise<void> | undefined;

  constructor(
    private readonly parts: PermitParts,
    private askedAt: number,
    private granted: Access,
  ) {}

  get access(): Access {
    return this.granted;
  }

  /** Makes the next call ask again, whatever the time. */
  expire(): void {
    this.askedAt = -Infinity;
  }

  async ensure(): Promise<void> {
    for (let renewals = 0; ; renewals += 1) {
      const reason = this.parts.stopReason();
      if (reason !== undefined) throw new CallsOver(reason);
      if (this.isFresh()) return;
      if (renewals === mostRenewals) throw new LaneTrouble('the permit was over before it had come');
      await this.renew();
    }
  }

  holds(): boolean {
    return this.parts.stopReason() === undefined && this.isFresh();
  }

  private isFresh(): boolean {
    return this.parts.clock() - this.askedAt <= worthMs;
  }

  /** Calls that start together ask together. */
  private renew(): Promise<void> {
    this.#renewing ??= this.askAgain().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  private async askAgain(): Promise<void> {
    const askedAt = this.parts.clock();
    const access = await this.parts.renew();
    if (!sameTarget(access.token, this.granted.token)) throw new Ended(environmentChanged);
    this.askedAt = askedAt;
    this.granted = access;
  }
}

export const environmentChanged = {
  status: 'blocked',
  reason: 'environment_changed',
  message: 'The Dynamics environment or account is another one than this was begun with. Retry it to use the new one.',
} as const;

/** Whether both are of the same account in the same environment. */
export function sameTarget(
  a: { environmentId: string; tenantId: string; subject: string },
  b: { environmentId: string; tenantId: string; subject: string },
): boolean {
  return a.environmentId === b.environmentId && a.tenantId === b.tenantId && a.subject === b.subject;
}
