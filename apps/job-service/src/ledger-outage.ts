import { Problem } from '@bliro/http';

// Connection exceptions, insufficient resources, operator intervention (shutdown, time-out), deadlock and idle-in-transaction.
const TRANSIENT_STATE = /^(08|53|57|40|25P0)/;
const RETRY_AFTER_SECONDS = 2;

/** Answers 503 with Retry-After where Postgres can't be reached or gave up; the transaction has changed nothing then. */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isOutage(error)) throw error;
    throw new Problem('ledger_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}

/** An error of the way to Postgres, or one that passes by itself; a mistake in a statement is none. */
export function isOutage(error: unknown): boolean {
  const { code, message, driverError, errors } = (error ?? {}) as Failure;
  if (driverError !== undefined && driverError !== error) return isOutage(driverError);
  if (Array.isArray(errors)) return errors.some(isOutage);
  // Without a state the server never answered: pg says so in words only.
  if (typeof code !== 'string') return /connect|terminated|timeout|not initialized/i.test(message ?? '');
  return TRANSIENT_STATE.test(code) || /^E[A-Z]/.test(code);
}

/** What an error of TypeORM (`driverError`), of pg (`code` is an SQLSTATE) or of the network (`code`, `errors`) may have. */
interface Failure {
  code?: unknown;
  message?: string;
  driverError?: unknown;
  errors?: unknown;
}
