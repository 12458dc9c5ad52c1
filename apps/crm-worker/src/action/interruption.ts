import type { Outcome } from '@bliro/ledger';

/** There is no permission (any more) for the next call; the outcome says what that makes of the action. */
export class NoPermit extends Error {
  override readonly name = 'NoPermit';

  constructor(readonly outcome: Outcome) {
    super(`not permitted: ${outcome.status}`);
  }
}

/** The lane or the action isn't ours any more, or this process stops: no call may start, and it is nobody's fault. */
export class CallsOver extends Error {
  override readonly name = 'CallsOver';
}

/** Postgres, policy-service or auth-service gave no answer. Nothing was sent, and it uses up nothing of the action's. */
export class OwnOutage extends Error {
  override readonly name = 'OwnOutage';
}

/** Runs a question to a part of our own; whatever goes wrong with it is an outage of ours. */
export async function own<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new OwnOutage(`no answer from ${what}`, { cause });
  }
}
