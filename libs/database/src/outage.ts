// Connection exceptions, insufficient resources, operator intervention (shutdown, time-out), system errors, idle-in-transaction.
const OUTAGE_STATE = /^(08|53|57|58|25P0)/;
const NETWORK_CODE = /^E[A-Z]/;

/** Whether PostgreSQL can't be reached or gave up, as opposed to an answer of its (a mistake in a statement, a conflict). */
export function isOutage(error: unknown): boolean {
  const { code, message, driverError, errors } = (error ?? {}) as Failure;
  if (driverError !== undefined && driverError !== error) return isOutage(driverError);
  if (Array.isArray(errors)) return errors.some(isOutage);
  // Without a state the server never answered: pg and TypeORM say so in words only.
  if (typeof code !== 'string') return /connect|terminated|timeout|not initialized/i.test(message ?? '');
  return OUTAGE_STATE.test(code) || NETWORK_CODE.test(code);
}

/** What an error of TypeORM (`driverError`), of pg (`code` is an SQLSTATE) or of the network (`code`, `errors`) may have. */
interface Failure {
  code?: unknown;
  message?: string;
  driverError?: unknown;
  errors?: unknown;
}
