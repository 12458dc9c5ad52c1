import type { DataSource } from 'typeorm';
import { begin, holds, type NewAttempt } from './begin.js';
import { lease, renew, type Lease } from './lease.js';
import { next, type LaneAction } from './next.js';
import { handBack, release } from './release.js';
import { settle, type Settlement } from './settle.js';
import { sweep, type DueLane } from './sweep.js';

/** The verbs by which a worker runs lanes. Each is one transaction; each that writes is joined to the lease's fence. */
export class Lanes {
  constructor(
    private readonly dataSource: DataSource,
    /** Key of the advisory lock that `joinAsHolder` took. */
    private readonly holder: string,
  ) {}

  sweep(limit: number): Promise<DueLane[]> {
    return sweep(this.dataSource.manager, limit);
  }

  lease(laneId: string): Promise<Lease | undefined> {
    return this.dataSource.transaction((manager) => lease(manager, laneId, this.holder));
  }

  next(held: Lease, limit: number): Promise<LaneAction[]> {
    return next(this.dataSource.manager, held, this.holder, limit);
  }

  holds(held: Lease, actionId: string): Promise<boolean> {
    return holds(this.dataSource.manager, held, this.holder, actionId);
  }

  begin(held: Lease, attempt: NewAttempt): Promise<boolean> {
    return this.dataSource.transaction((manager) => begin(manager, held, this.holder, attempt));
  }

  settle(held: Lease, settlement: Settlement): Promise<boolean> {
    return this.dataSource.transaction((manager) => settle(manager, held, settlement));
  }

  renew(held: Lease): Promise<boolean> {
    return renew(this.dataSource.manager, held, this.holder);
  }

  release(held: Lease): Promise<'freed' | 'more'> {
    return release(this.dataSource.manager, held, this.holder);
  }

  handBack(held: Lease): Promise<void> {
    return handBack(this.dataSource.manager, held, this.holder);
  }
}
