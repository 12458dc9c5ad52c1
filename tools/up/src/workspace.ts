import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Everything that a run leaves behind: `.run`, or `RUN_DIR`. */
export const runDir = resolve(process.env['RUN_DIR'] ?? join(root, '.run'));

export const paths = {
  data: join(runDir, 'data'),
  logs: join(runDir, 'logs'),
  secrets: join(runDir, 'secrets'),
  keys: join(runDir, 'secrets', 'keys.json'),
  installation: join(runDir, 'installation.json'),
  processes: join(runDir, 'processes.json'),
  queue: join(runDir, 'queue.json'),
  lock: join(runDir, 'lock'),
};

export function makeRunDirectories(): void {
  for (const path of [runDir, paths.logs, paths.secrets]) mkdirSync(path, { recursive: true });
  chmodSync(paths.secrets, 0o700);
}
