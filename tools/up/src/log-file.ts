import { createWriteStream, existsSync, readFileSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { explain, Failure } from './failure.js';
import { paths } from './workspace.js';

const biggestLog = 50_000_000;

export const logFile = (name: string): string => join(paths.logs, `${name}.log`);

export const logSize = (name: string): number => (existsSync(logFile(name)) ? statSync(logFile(name)).size : 0);

/** A process's log, to be appended to; one that can't be written (a full disk) ends the command. */
export function openLog(name: string, onGiveUp: (failure: Failure) => void): WriteStream {
  const path = logFile(name);
  if (logSize(name) > biggestLog) renameSync(path, `${path}.old`);
  return createWriteStream(path, { flags: 'a', mode: 0o600 }).on('error', (error) => {
    onGiveUp(new Failure(explain(error)));
  });
}

/** The last lines that a process wrote since its log had that size. */
export function lastLines(name: string, since: number): string {
  const written = existsSync(logFile(name)) ? readFileSync(logFile(name)).subarray(since).toString() : '';
  return written.trimEnd().split('\n').slice(-12).join('\n');
}
