import { join } from 'node:path';
import { runCommand, type Command } from './command.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { Failure } from './failure.js';
import { formatting, jest, lint, types, type Tally } from './quality.js';
import { secret } from './secrets.js';
import { makeRunDirectories, paths, runDir } from './workspace.js';

/** `npm test`: everything. `npm test -- <path or pattern>`: the tests of those files alone. */
runCommand(async (command) => {
  const only = process.argv.slice(2);
  makeRunDirectories();
  if (only.length === 0) {
    await formatting();
    await types();
    await lint();
  }
  const env = { DATABASE_URL: process.env['DATABASE_URL'] ?? (await testServer(command)) };
  const tallies: Tally[] = [];
  for (const [what, ...args] of only.length > 0 ? [['chosen', ...only]] : suites)
    tallies.push(await jest(what ?? '', args, env));
  report(tallies);
  return 'done';
});

const suites = [
  ['unit', '--selectProjects', 'unit'],
  ['integration', '--selectProjects', 'int'],
  // One system at a time: each suite brings up all processes.
  ['end-to-end', '--selectProjects', 'e2e', '--runInBand'],
];

async function testServer(command: Command): Promise<string> {
  const server = await startEmbeddedPostgres(
    join(runDir, 'test', 'postgres'),
    await secret('test-postgres'),
    join(paths.logs, 'test-postgres.log'),
  );
  command.onStop(() => server.stop());
  return server.url;
}

function report(tallies: Tally[]): void {
  const sum = (key: keyof Tally): number => tallies.reduce((total, tally) => total + tally[key], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  process.stdout.write(
    `tests: ${String(passed)} passed, ${String(failed)} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ''}\n`,
  );
  if (failed > 0) throw new Failure('There are tests that fail.');
  if (passed === 0) throw new Failure('No test ran.');
  if (skipped > 0 && process.env['CI'] === 'true') throw new Failure('There are tests that did not run.');
}
