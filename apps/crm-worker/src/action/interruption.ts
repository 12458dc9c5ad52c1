import { RpcFailure } from '@bliro/rpc';
import { ImpossibleStep, type Outcome } from '@bliro/ledger';
import { z } from 'zod';

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
    if (isOutage(cause)) throw new OwnOutage(`no answer from ${what}`, { cause });
    throw new LaneTrouble(`an answer from ${what} that can't be used`, { cause });
  }
}

/** SQLSTATE classes of connections, resources, operators and the system; what has another SQLSTATE is an answer. */
const outageState = /^(08|53|57|58)/;
const sqlState = /^[0-9A-Z]{5}$/;

function isOutage(error: unknown): boolean {
  if (error instanceof RpcFailure) return error.transient;
  if (error instanceof z.ZodError || error instanceof ImpossibleStep) return false;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code !== 'string' || !sqlState.test(code) || outageState.test(code);
}

/** What keeps a call from being made without saying anything of the action. */
export function isInterruption(error: unknown): boolean {
  return error instanceof CallsOver || error instanceof OwnOutage || error instanceof LaneTrouble;
}
