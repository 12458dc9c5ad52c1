/** So many at once for each key; the rest waits here in order, and not in an HTTP client where nobody can stop it any more. */
export class ConcurrencyLimit {
  readonly #busy = new Map<string, { count: number; waiting: (() => void)[] }>();

  constructor(private readonly limit: number) {}

  /** Resolves when there is a place; the function that it gives frees it. */
  async enter(key: string): Promise<() => void> {
    const state = this.#busy.get(key) ?? { count: 0, waiting: [] };
    this.#busy.set(key, state);
    if (state.count < this.limit) state.count += 1;
    else await new Promise<void>((resolve) => state.waiting.push(resolve));
    return () => {
      this.#leave(key, state);
    };
  }

  #leave(key: string, state: { count: number; waiting: (() => void)[] }): void {
    const next = state.waiting.shift();
    if (next !== undefined) next();
    else if (--state.count === 0) this.#busy.delete(key);
  }
}
