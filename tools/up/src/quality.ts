import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.js';
import { root, runDir } from './workspace.js';

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Runs a tool of the workspace on the pinned Node with its output shown; a tool that fails ends the command. */
export async function tool(what: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  const began = Date.now();
  process.stdout.write(`── ${what}\n`);
  const code = await run(args, env);
  if (code !== 0) throw new Failure(`${what}: failed (exit code ${String(code)}).`);
  process.stdout.write(`   ${what}: ok, ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

export const formatting = (): Promise<void> =>
  tool('formatting', [
    'node_modules/prettier/bin/prettier.cjs',
    '--check',
    '--cache',
    '--cache-location',
    '.cache/prettier',
    '--log-level',
    'warn',
    '.',
  ]);

export const types = (): Promise<void> => tool('types', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);

export const lint = (): Promise<void> =>
  tool(
    'lint',
    ['node_modules/eslint/bin/eslint.js', '--cache', '--cache-location', '.cache/eslint', '--max-warnings', '0', '.'],
    { NX_DAEMON: 'false' },
  );

/** Runs Jest and counts; failures are printed by Jest itself. */
export async function jest(what: string, args: string[], env: Record<string, string>): Promise<Tally> {
  const report = join(runDir, `jest-${what}.json`);
  mkdirSync(runDir, { recursive: true });
  rmSync(report, { force: true });
  process.stdout.write(`── ${what} tests\n`);
  const jestBin = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  await run([...jestBin, '--json', `--outputFile=${report}`, ...args], env, true);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  ) as Record<string, number>;
  return {
    passed: numPassedTests ?? 0,
    failed: (numFailedTests ?? 0) + (numRuntimeErrorTestSuites ?? 0),
    skipped: (numPendingTests ?? 0) + (numTodoTests ?? 0),
  };
}

function run(args: string[], env: Record<string, string>, quietOut = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', quietOut ? 'ignore' : 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
