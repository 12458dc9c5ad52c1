import { randomUUID } from 'node:crypto';
import { BlockList } from 'node:net';
import type { Environment } from './environments.js';
import { Protection, type Limits } from './protection.js';
import { ColumnSecurity } from './rights/column-security.js';
import { Membership, type Member } from './rights/membership.js';
import type { RowStore } from './row.js';
import { standardTables } from './schema/index.js';
import { Schema } from './schema/schema.js';
import { seededStore, seedUser } from './seed.js';
import type { User } from '../entra/directory.js';
import { auditValues } from './write/audit.js';
import { standardRules, type DuplicateRule } from './write/duplicates.js';
import { Locks } from './write/locks.js';
import { PlugIns } from './write/plug-ins.js';
import { Transaction, type Change } from './write/transaction.js';

/** Everything of one environment that isn't fixed: its tables, rows, people and rules. */
export class Organization {
  readonly schema = new Schema(standardTables);
  readonly store: RowStore;
  readonly membership: Membership;
  readonly security = new ColumnSecurity();
  readonly plugIns: PlugIns;
  readonly protection: Protection;
  rules: readonly DuplicateRule[] = standardRules;
  /** Applications that an administrator keeps out, by client id. */
  blockedApplications: ReadonlySet<string> = new Set();
  /** Addresses that may come in; without it, all. */
  firewall: BlockList | undefined;
  private readonly locks = new Locks();

  constructor(
    readonly environment: Environment,
    { stopping, limits }: { stopping: AbortSignal; limits: () => Limits },
  ) {
    this.protection = new Protection(limits);
    this.store = seededStore(environment);
    this.membership = new Membership(environment);
    this.plugIns = new PlugIns(stopping);
  }

  /**
   * Does something in a transaction of its own: everything is committed together when it ends well, and nothing when it
   * throws.
   */
  async transact<T>(member: Member, work: (transaction: Transaction) => T | Promise<T>): Promise<T> {
    const transaction = new Transaction(this.store, this.locks);
    try {
      const result = await work(transaction);
      this.commit(transaction, member);
      return result;
    } finally {
      transaction.end();
    }
  }

  /** Gives a user their row, as Dataverse does with the first one that joins. */
  seedUser(person: User): void {
    seedUser(this.store, this.environment, person, this.membership.standingOf(person).businessUnitId);
  }

  private commit(transaction: Transaction, member: Member): void {
    const changes = transaction.done();
    transaction.commit();
    const transactionId = randomUUID();
    for (const change of changes) this.audit(change, member, transactionId);
  }

  private audit(change: Change, member: Member, transactionId: string): void {
    const table = this.schema.table(change.table);
    if (!table || !isAudited(table.logicalName, table.writable)) return;
    const values = auditValues(change, member, transactionId);
    this.store.put('audit', { id: randomUUID(), version: this.store.nextVersion(), values });
  }
}

function isAudited(table: string, writable: boolean): boolean {
  return writable && table !== 'activityparty';
}
