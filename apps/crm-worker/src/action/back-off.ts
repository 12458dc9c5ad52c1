const firstMs = 1_000;
const mostMs = 5 * 60_000;

/** Doubles with each attempt up to five minutes; the half of it is chance, so that many don't come back at once. */
export function backOffMs(attempts: number, random: () => number = Math.random): number {
  const full = Math.min(firstMs * 2 ** Math.max(0, Math.min(attempts, 20) - 1), mostMs);
  return Math.round(full / 2 + (random() * full) / 2);
}
