import { setTimeout as sleep } from 'node:timers/promises';
import { DataverseFailure } from '../failure.js';
import { isReference, type Value, type Values } from '../row.js';
import type { Table } from '../schema/table.js';

export const messages = ['create', 'update', 'delete'] as const;
export type Message = (typeof messages)[number];

/** What a customer lets happen on a write, inside of its transaction. */
export interface PlugIn {
  name: string;
  table: string;
  on: readonly Message[];
  /** It acts only on rows that have these values after the change. */
  when: Values;
  refuse?: string;
  set: Values;
  slowMs: number;
}

/** Dataverse ends a plug-in that takes longer than two minutes. */
const LONGEST_MS = 120_000;

export class PlugIns {
  private active: PlugIn[] = [];

  constructor(private readonly stopping: AbortSignal) {}

  add(plugIn: PlugIn): void {
    this.active = [...this.active.filter(({ name }) => name !== plugIn.name), plugIn];
  }

  remove(name: string): boolean {
    const before = this.active.length;
    this.active = this.active.filter((plugIn) => plugIn.name !== name);
    return this.active.length < before;
  }

  clear(): void {
    this.active = [];
  }

  /**
   * Runs what is registered, in its order.
   * @param row the row as it would be after the change
   * @returns what is to be set besides
   * @throws DataverseFailure where one refuses, or takes too long
   */
  async run(message: Message, table: Table, row: Values): Promise<Record<string, Value>> {
    const changed: Record<string, Value> = {};
    for (const plugIn of this.active) {
      if (plugIn.table !== table.logicalName || !plugIn.on.includes(message)) continue;
      if (!Object.entries(plugIn.when).every(([name, value]) => plain(row[name]) === value)) continue;
      if (plugIn.slowMs > 0) await this.wait(plugIn);
      if (plugIn.refuse !== undefined) throw new DataverseFailure(400, '0x80040265', plugIn.refuse);
      Object.assign(changed, plugIn.set);
    }
    return changed;
  }

  private async wait({ slowMs, name }: PlugIn): Promise<void> {
    await sleep(Math.min(slowMs, LONGEST_MS), undefined, { signal: this.stopping }).catch(() => undefined);
    if (slowMs <= LONGEST_MS) return;
    // The documentation has the code; that it comes with 500 is a guess.
    throw new DataverseFailure(
      500,
      '0x80044172',
      `The plug-in execution failed because the operation has timed-out at the Sandbox Client. (${name})`,
    );
  }
}

function plain(value: Value | undefined): unknown {
  return isReference(value) ? value.id : (value ?? null);
}
