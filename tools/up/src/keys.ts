import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths, root } from './workspace.js';

/** Where the last start put the key store and the key ring; variables of the environment go before it. */
function whereKeysAre(): Record<string, string> {
  const known = existsSync(paths.keys) ? (JSON.parse(readFileSync(paths.keys, 'utf8')) as Record<string, string>) : {};
  const named = ['KEYSTORE_URL', 'KEY_RING_FILE', 'KEY_VAULT_KEY_URL'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return named.length > 0 ? Object.fromEntries(named) : known;
}

const where = whereKeysAre();
if (where['KEYSTORE_URL'] === undefined) {
  process.stderr.write('Nothing was started here yet: run npm start first, or set KEYSTORE_URL and KEY_RING_FILE.\n');
  process.exitCode = 1;
} else {
  const script = join(root, 'apps/auth-service/dist/keys.js');
  const child = spawn(process.execPath, ['--enable-source-maps', script, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { PATH: process.env['PATH'], ...where },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGTERM'));
  child.once('exit', (code) => (process.exitCode = code ?? 1));
}
