import { NestFactory } from '@nestjs/core';
import { AppModule, type WorkerParts } from './app.module.js';
import type { WorkerConfig } from './config.js';
import { Membership } from './lane/membership.js';

/** Starts to work on lanes. */
export async function startWorker(config: WorkerConfig, parts: WorkerParts) {
  const app = await NestFactory.createApplicationContext(AppModule.with(config, parts), {
    logger: false,
    abortOnError: false,
  });
  const membership = app.get(Membership);
  return {
    /** Rejects while this process is no member of the workers. */
    async holdsLock(): Promise<void> {
      if (!membership.alive) throw new Error('the lock in Postgres is not held');
    },
    /** Starts no further call, lets those that run end, and leaves the workers. */
    close: () => app.close(),
  };
}
