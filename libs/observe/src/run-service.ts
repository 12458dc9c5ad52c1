import { type Logger } from 'pino';
import { startHealth } from './health.js';
import { createLogger } from './logger.js';
import { onStop } from './stop.js';

/** What every service's configuration says of its process. */
export interface ProcessConfig {
  LOG_LEVEL: string;
  BIND_ADDRESS: string;
  HEALTH_PORT: number;
}

interface Closable {
  close(): unknown;
}

export interface Service {
  readonly logger: Logger;
  /** Closes the part when the process stops; what was named last goes first. */
  closing<T extends Closable>(part: T): T;
  /** One more condition of being ready, beside that the start is over. It rejects with what is missing. */
  ready(check: () => Promise<unknown>): void;
}

/**
 * A service's process from its start to its end: live at once, ready when `start` has ended and every check passes, stopped
 * by SIGTERM at any moment. Ends with code 1 where `start` fails.
 */
export async function runService(
  name: string,
  config: ProcessConfig,
  start: (service: Service) => Promise<void>,
): Promise<void> {
  const logger = createLogger(name, config.LOG_LEVEL);
  const parts: Closable[] = [];
  const checks: (() => Promise<unknown>)[] = [];
  const stopping = new AbortController();
  let started = false;

  const closing = <T extends Closable>(part: T): T => {
    parts.push(part);
    return part;
  };
  const ready = async (): Promise<void> => {
    if (!started) throw new Error('starting');
    if (stopping.signal.aborted) throw new Error('stopping');
    await Promise.all(checks.map((check) => check()));
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    for (const part of parts.reverse()) await part.close();
  };

  onStop(stop, { logger });
  try {
    closing(await startHealth({ port: config.HEALTH_PORT, address: config.BIND_ADDRESS, ready }));
    await start({ logger, closing, ready: (check) => checks.push(check) });
    started = true;
    if (!stopping.signal.aborted) logger.info('started');
  } catch (error) {
    // What the start was waiting for may have been closed under it.
    if (stopping.signal.aborted) return;
    logger.fatal({ err: error }, 'not started');
    process.exit(1);
  }
}
