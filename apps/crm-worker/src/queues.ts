import type { Queues } from '@bliro/queue';

/** The queues, as something that can be injected. */
export class OpenQueues {
  constructor(readonly queues: Queues) {}
}
