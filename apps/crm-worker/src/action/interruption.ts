import { isOutage } from '@bliro/database';
import type { Outcome } from '@bliro/ledger';
import { RpcFailure } from '@bliro/rpc';

/** This attempt ends before a call; the outcome says what that makes of the action. */
export class Ended extends Error {
  override readonly name = 'Ended';

  constructor(readonly outcome: Outcome) {
    super(`ended: ${outcome.status}`);
  }
}

/** The lane or the action isn't ours any more, or this process stops: no call may start, and it is nobody's fault. */
export class CallsOver extends Error {
  override readonly name = 'CallsOver';
}

/** Postgres, policy-service or auth-service is away, for every lane. Nothing was sent, and it uses up nothing of the action's. */
export class OwnOutage extends Error {
  override readonly name = 'OwnOutage';
}

/** A part of ours refused or answered in a way that nobody foresaw. It says nothing of other lanes, so it holds up none. */
export class LaneTrouble extends Error {
  override readonly name = 'LaneTrouble';
}

/** Runs a question to a part of our own. Throws OwnOutage or LaneTrouble. */
export async function askOurs<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof RpcFailure ? cause.transient : isOutage(cause))
      throw new OwnOutage(`no answer from ${what}`, { cause });
    throw new LaneTrouble(`an answer from ${what} that can't be used`, { cause });
  }
}

/** What keeps a call from being made without saying anything of the action. */
export function isInterruption(error: unknown): boolean {
  return error instanceof CallsOver || error instanceof OwnOutage || error instanceof LaneTrouble;
}
