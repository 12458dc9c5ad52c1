import { setTimeout as pause } from 'node:timers/promises';

/** Asks until there is an answer; for what another process does. Throws when time is over, with the last error if any. */
export async function eventually<T>(
  probe: () => Promise<T | undefined>,
  options: { timeoutMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + (options.timeoutMs ?? 10_000);
  let lastError: unknown;
  do {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await pause(20);
  } while (Date.now() < deadline);
  throw new Error('It has not happened in time.', { cause: lastError });
}
