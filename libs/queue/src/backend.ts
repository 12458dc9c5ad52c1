import type { Processor, Queue, Worker, WorkerOptions } from 'bullmq';

/** What the rest of this library knows of BullMQ's two backends. */
export interface Backend {
  /** Settles when the server can be used; keeps trying until then. Rejects where trying again is useless. */
  prepare(): Promise<void>;
  queue(name: string): Queue;
  worker(name: string, processor: Processor, options: Omit<WorkerOptions, 'connection'>): Worker;
  /** Drops every connection without waiting for anything. */
  drop(): void;
}
