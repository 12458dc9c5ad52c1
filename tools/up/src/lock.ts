import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Failure } from './failure.js';
import { paths } from './workspace.js';

/** Takes the place of the one system that may run from this folder; the lock of a dead process doesn't count. */
export function takeLock(): () => void {
  try {
    writeFileSync(paths.lock, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const other = Number(readFileSync(paths.lock, 'utf8'));
    if (isOurs(other))
      throw new Failure(
        `It runs already from this folder (process ${String(other)}). Stop that one first, with Ctrl-C or: kill ${String(other)}`,
      );
    writeFileSync(paths.lock, String(process.pid));
  }
  return () => {
    rmSync(paths.lock, { force: true });
  };
}

/** Whether that process is alive and one of ours: its number may have gone to somebody else since. */
function isOurs(pid: number): boolean {
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('tools/');
  } catch {
    return true;
  }
}
