import type { DataSource } from 'typeorm';
import type { Conclusion } from '../action/conclude.js';
import { begin, holds, type NewAttempt } from './begin.js';
import { lease, renew, type Lease } from './lease.js';
import { next, type LaneAction } from './next.js';
import { handBack, release } from './release.js';
import { settle } from './settle.js';
import { sweep, type DueLane } from './sweep.js';

/** The verbs by which a worker runs lanes, under one lock. Each is one transaction; each that writes is joined to the lease's fence. */
export class Lanes {
  constructor(
    private readonly dataSource: DataSource,
    /** Key of the advisory lock that `joinAsHolder` took. */
    private readonly holder: string,
  ) {}

  sweep(limit: number): Promise<DueLane[]> {
    return sweep(this.dataSource, limit);
  }

  lease(laneId: string): Promise<Lease | undefined> {
    return lease(this.dataSource, laneId, this.holder);
  }

  next(held: Lease, limit: number): Promise<LaneAction[]> {
    return next(this.dataSource, held, limit);
  }

  holds(held: Lease, actionId: string): Promise<boolean> {
    return holds(this.dataSource, held, actionId);
  }

  begin(held: Lease, attempt: NewAttempt): Promise<boolean> {
    return begin(this.dataSource, held, attempt);
  }

  settle(held: Lease, conclusion: Conclusion): Promise<boolean> {
    return settle(this.dataSource, held, conclusion);
  }

  renew(held: Lease): Promise<boolean> {
    return renew(this.dataSource, held);
  }

  release(held: Lease): Promise<'freed' | 'more'> {
    return release(this.dataSource, held);
  }

  handBack(held: Lease): Promise<void> {
    return handBack(this.dataSource, held);
  }
}
