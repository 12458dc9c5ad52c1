import type { Lanes, Lease } from '@bliro/ledger';
import { belongsTo, runForOrganization, type Logger } from '@bliro/observe';
import type { Queues } from '@bliro/queue';
import type { Authority } from '../action/authority.js';
import { askOurs, OwnOutage } from '../action/interruption.js';
import type { Definitions } from '../dynamics/definitions.js';
import type { Membership } from './membership.js';
import { Slice, type SliceParts } from './slice.js';

export interface LaneRunnerParts {
  membership: Membership;
  queues: Pick<Queues, 'wakeLanes'>;
  authority: Authority;
  definitions: Definitions;
  logger: Logger;
  allowLocal: boolean;
  clock?: () => number;
}

const renewEveryMs = 5_000;
/** While a part of our own is down, lanes stay due and are tried again only so often. */
const outageMs = 1_000;

/** Runs slices of lanes, one for each message of `crm-lanes`. */
export class LaneRunner {
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #clock: () => number;
  #outageUntil = -Infinity;

  constructor(private readonly parts: LaneRunnerParts) {
    this.#clock = parts.clock ?? (() => performance.now());
  }

  /** Never throws: a lane that could not be run stays due. */
  async run(laneId: string): Promise<void> {
    const running = runForOrganization(undefined, () =>
      this.#runLane(laneId).catch((error: unknown) => {
        this.#noteFailure(laneId, error);
      }),
    );
    this.#running.add(running);
    await running.finally(() => this.#running.delete(running));
  }

  /** Starts no further call, and waits `graceMs` for those that run before it ends them; a write among those becomes `verifying`. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort();
    const late = setTimeout(() => this.#abort.abort(), graceMs);
    await Promise.all(this.#running);
    clearTimeout(late);
  }

  async #runLane(laneId: string): Promise<void> {
    const { lanes } = this.parts.membership;
    if (lanes === undefined || this.#stop.signal.aborted || this.#clock() < this.#outageUntil) return;
    const lease = await askOurs('Postgres', () => lanes.lease(laneId));
    if (lease === undefined) return;
    belongsTo(lease.organization);
    const renewal = keepRenewed(lanes, lease);
    try {
      const slice = new Slice(this.#sliceParts(lanes), lanes, lease, renewal.holds);
      if ((await slice.run()) === 'used_up') await this.#handBack(lanes, lease, { wake: true });
    } catch (error) {
      // Otherwise the lease runs out: a lane in trouble rests for that long, instead of coming back at once.
      if (error instanceof OwnOutage) await this.#handBack(lanes, lease, { wake: false }).catch(() => undefined);
      throw error;
    } finally {
      renewal.end();
    }
  }

  #sliceParts(lanes: Lanes): SliceParts {
    const { authority, definitions, logger, allowLocal, membership } = this.parts;
    return {
      authority,
      definitions,
      logger,
      allowLocal,
      clock: this.#clock,
      abort: this.#abort.signal,
      stopReason: () => {
        if (this.#stop.signal.aborted) return 'this process stops';
        // After a lost connection the same process may have joined again: these lanes are of the lock before.
        return membership.lanes === lanes ? undefined : 'the lock in Postgres was lost';
      },
    };
  }

  async #handBack(lanes: Lanes, lease: Lease, { wake }: { wake: boolean }): Promise<void> {
    await askOurs('Postgres', () => lanes.handBack(lease));
    if (wake) this.parts.queues.wakeLanes([{ laneId: lease.laneId, fence: lease.fence }]);
  }

  #noteFailure(laneId: string, error: unknown): void {
    const { logger } = this.parts;
    if (!(error instanceof OwnOutage)) {
      logger.error({ err: error, laneId, alarm: 'lane_in_trouble' }, 'a lane could not be run');
      return;
    }
    logger.warn({ err: error, laneId }, 'a lane waits: a part of our own does not answer');
    this.#outageUntil = this.#clock() + outageMs;
  }
}

function keepRenewed(lanes: Lanes, lease: Lease): { holds: () => boolean; end: () => void } {
  let held = true;
  const timer = setInterval(() => {
    lanes.renew(lease).then(
      (renewed) => (held &&= renewed),
      // No answer: the ledger refuses every further step by itself once the lease is over.
      () => undefined,
    );
  }, renewEveryMs);
  return {
    holds: () => held,
    end: () => {
      clearInterval(timer);
    },
  };
}
