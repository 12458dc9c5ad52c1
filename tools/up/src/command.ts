import { explain, Failure } from './failure.js';

export interface Command {
  /** Called once, whatever ends the command: done, failed, Ctrl-C, SIGTERM, or the end of the process that started it. */
  onStop: (undo: () => Promise<void> | void) => void;
  /** Ends the command with this sentence. */
  giveUp: (failure: Failure) => void;
  /** Aborted as soon as the command ends. */
  signal: AbortSignal;
}

/**
 * Runs a command to its end: a failure is one clear sentence and exit code 1; an interruption undoes what was done and says so.
 * A command that stays up returns without ending the process (its servers keep it alive).
 */
export function runCommand(main: (command: Command) => Promise<'done' | 'stays'>): void {
  const undos: (() => Promise<void> | void)[] = [];
  const ending = new AbortController();
  const end = async (code: number, message?: string): Promise<void> => {
    if (ending.signal.aborted) return;
    ending.abort();
    if (message !== undefined) process.stderr.write(`${message}\n`);
    for (const undo of undos.splice(0).reverse()) {
      await Promise.resolve()
        .then(undo)
        .catch((error: unknown) => process.stderr.write(`${explain(error)}\n`));
    }
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void end(signal === 'SIGTERM' ? 0 : 130, 'Stopping …'));
  }
  process.on('disconnect', () => void end(1));
  const command: Command = {
    onStop: (undo) => {
      if (ending.signal.aborted) void undo();
      else undos.push(undo);
    },
    giveUp: (failure) => void end(1, failure.message),
    signal: ending.signal,
  };
  main(command).then(
    (how) => (how === 'done' ? end(0) : undefined),
    (error: unknown) => end(1, explain(error)),
  );
}
