/** The part of pino that the queues use. */
export interface QueueLogger {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Says the same thing at most once in `everyMs`: a server that is away causes errors by the hundred. */
export function seldom(say: (fields: Record<string, unknown>, message: string) => void, everyMs = 10_000) {
  const last = new Map<string, number>();
  return (fields: Record<string, unknown>, message: string): void => {
    const now = performance.now();
    if (now - (last.get(message) ?? -Infinity) < everyMs) return;
    last.set(message, now);
    say(fields, message);
  };
}
