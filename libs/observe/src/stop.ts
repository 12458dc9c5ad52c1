import { type Logger } from 'pino';

export interface StopOptions {
  logger: Logger;
  graceMs?: number;
}

/**
 * Ends this process once: on SIGTERM, on SIGINT, or when the parent process (which started it with an IPC channel) is gone.
 * Calls `stop`, then exits 0; exits 1 when `stop` fails or isn't done within `graceMs`.
 */
export function onStop(stop: () => Promise<void>, { logger, graceMs = 10_000 }: StopOptions): void {
  let stopping = false;
  const begin = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'stopping');
    setTimeout(() => {
      logger.error({ graceMs }, 'not stopped in time');
      process.exit(1);
    }, graceMs);
    void finish(stop, logger);
  };
  process.on('SIGTERM', () => begin('SIGTERM'));
  process.on('SIGINT', () => begin('SIGINT'));
  if (process.send === undefined) return;
  process.on('disconnect', () => begin('parent process is gone'));
  if (!process.connected) begin('parent process is gone');
  // A listener for 'disconnect' alone keeps no reference, but a 'message' listener elsewhere would.
  process.channel?.unref();
}

async function finish(stop: () => Promise<void>, logger: Logger): Promise<void> {
  try {
    await stop();
    logger.info('stopped');
    process.exit(0);
  } catch (error) {
    logger.error({ err: error }, 'stopping failed');
    process.exit(1);
  }
}
