export { oneQueue, queueFields, queueOf, type QueueConfig } from './config.js';
export { openQueues, type Queues } from './queues.js';
export { MessageRefused } from './refusal.js';
export type { QueueWorker } from './worker.js';
