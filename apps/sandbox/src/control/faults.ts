import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Target } from './journal.js';

const milliseconds = z.int().min(0).max(600_000);

const effect = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    code: z.string().min(1).max(100).optional(),
    retryAfter: z.int().min(0).max(86_400).optional(),
  }),
  z.strictObject({ kind: z.literal('delay'), ms: milliseconds }),
  z.strictObject({ kind: z.literal('delayAfterCommit'), ms: milliseconds }),
  z.strictObject({ kind: z.literal('dropBeforeCommit') }),
  z.strictObject({ kind: z.literal('dropAfterCommit') }),
  z.strictObject({ kind: z.literal('cutBody') }),
  z.strictObject({ kind: z.literal('html') }),
  z.strictObject({ kind: z.literal('slowBody'), ms: milliseconds }),
]);

export const effectKinds = effect.options.map(({ shape }) => shape.kind.value);

export const faultSchema = z.strictObject({
  target: z.enum(['entra', 'discovery', 'dataverse']),
  match: z
    .strictObject({
      method: z.string().min(1).optional(),
      path: z.string().min(1).optional(),
      user: z.string().min(1).optional(),
      environment: z.guid().optional(),
    })
    .optional(),
  effect,
  times: z.int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
});

export const targets = faultSchema.shape.target.options;

export type FaultRequest = z.output<typeof faultSchema>;
export type Effect = z.output<typeof effect>;

/** What a request shows of itself to be matched. */
export interface Occasion {
  target: Target;
  method: string;
  /** The path in the forms under which a fault may name it. */
  paths: readonly string[];
  user?: string | undefined;
  environment?: string | undefined;
}

interface Fault extends FaultRequest {
  id: string;
}

const SEED = 20_260_101;

/** The faults that were asked for, tried in order: the first that matches and passes its probability applies alone. */
export class Faults {
  private active: Fault[] = [];
  private random = sequence(SEED);

  add(request: FaultRequest): string {
    const fault = { ...request, id: randomUUID() };
    this.active.push(fault);
    return fault.id;
  }

  list(): readonly Fault[] {
    return this.active;
  }

  clear(): void {
    this.active = [];
    this.random = sequence(SEED);
  }

  /** The effect for this request, which uses up one of its fault's times. */
  take(occasion: Occasion): Effect | undefined {
    const fault = this.active.find(
      (candidate) => matches(candidate, occasion) && this.random() < (candidate.probability ?? 1),
    );
    if (fault?.times !== undefined && --fault.times === 0) this.active = this.active.filter((other) => other !== fault);
    return fault?.effect;
  }
}

function matches({ target, match = {} }: Fault, occasion: Occasion): boolean {
  const { method, path, user, environment } = match;
  return (
    target === occasion.target &&
    (method === undefined || method.toUpperCase() === occasion.method) &&
    (path === undefined || occasion.paths.some((candidate) => candidate.startsWith(path))) &&
    (user === undefined || user.toLowerCase() === occasion.user) &&
    (environment === undefined || environment.toLowerCase() === occasion.environment)
  );
}

/** Numbers from 0 up to 1, the same after each reset (mulberry32). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
