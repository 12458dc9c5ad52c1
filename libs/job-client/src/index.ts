export { createJobClient, type JobClient, type JobClientConfig } from './client.js';
export { JobRefused, JobUncertain } from './errors.js';
export type { HttpConfig } from './http.js';
export type { Accepted, QueueConfig } from './queue.js';
