import { classify } from './classify.js';
import type { EntraFailure } from './entra-failure.js';

const FAILURES = 5;
const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;
const TRY_MS = 15_000;
const IDLE_MS = 600_000;
const OURS = 'every tenant';

interface Circuit {
  failures: number;
  openUntil: number;
  touchedAt: number;
}

/**
 * Keeps an outage at Microsoft from making a storm: after some failures in a row a tenant is left alone for a time that
 * doubles, or that Microsoft named; then one request tries. A mistake of ours concerns every tenant.
 */
export class TenantBreaker {
  readonly #circuits = new Map<string, Circuit>();

  constructor(
    private readonly now: () => number = Date.now,
    private readonly random: () => number = Math.random,
  ) {}

  /** Milliseconds to wait before Entra may be asked; 0: ask, and tell how it went. */
  wait(tenant: string): number {
    const now = this.now();
    const open = [OURS, tenant].flatMap((key) => {
      const circuit = this.#circuits.get(key);
      return circuit !== undefined && circuit.failures >= FAILURES ? [circuit] : [];
    });
    const left = Math.max(0, ...open.map(({ openUntil }) => openUntil - now));
    // This caller tries whether it works again; the others wait for what comes of it.
    if (left === 0) for (const circuit of open) circuit.openUntil = now + TRY_MS;
    return left;
  }

  succeeded(tenant: string): void {
    this.#circuits.delete(tenant);
    this.#circuits.delete(OURS);
  }

  /** A refusal of one user says that the tenant works. */
  failed(tenant: string, failure: EntraFailure): void {
    const verdict = classify(failure);
    if (verdict.kind === 'our_mistake') return this.trip(OURS, undefined, FAILURES);
    if (failure.kind !== 'transport') return this.succeeded(tenant);
    this.trip(tenant, failure.retryAfterMs, failure.cause === 'throttled' ? FAILURES : 1);
  }

  private trip(key: string, retryAfterMs: number | undefined, weight: number): void {
    const now = this.now();
    this.forgetIdle(now);
    const before = this.#circuits.get(key);
    const failures = Math.max((before?.failures ?? 0) + 1, weight);
    const doubled = FIRST_MS * 2 ** Math.max(0, failures - FAILURES);
    const jittered = Math.min(doubled, LONGEST_MS) * (0.75 + this.random() / 2);
    const openUntil = now + Math.max(jittered, retryAfterMs ?? 0);
    this.#circuits.set(key, { failures, openUntil, touchedAt: now });
  }

  private forgetIdle(now: number): void {
    for (const [key, { touchedAt }] of this.#circuits) if (touchedAt < now - IDLE_MS) this.#circuits.delete(key);
  }
}
