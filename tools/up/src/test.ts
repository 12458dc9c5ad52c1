import { join } from 'node:path';
import { findChromium } from './chromium.js';
import { runCommand, type Command } from './command.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { Failure } from './failure.js';
import { formatting, jest, lint, types, type Tally } from './quality.js';
import { secret } from './secrets.js';
import { makeRunDirectories, runDir } from './workspace.js';

/** `npm test`: everything. `npm test -- <path or pattern>`: the tests of those files alone. */
runCommand(async (command) => {
  const only = process.argv.slice(2);
  makeRunDirectories();
  if (only.length === 0) {
    await formatting();
    await types();
    await lint();
  }
  const chromium = findChromium();
  const env = {
    DATABASE_URL: process.env['DATABASE_URL'] ?? (await testServer(command)),
    ...(chromium === undefined ? {} : { CHROMIUM: chromium }),
  };
  const tallies: Tally[] = [];
  for (const [what, ...args] of suites(only, chromium)) tallies.push(await jest(what ?? '', args, env));
  report(tallies);
  return 'done';
});

function suites(only: string[], chromium: string | undefined): string[][] {
  // Where every test has to run, a missing browser is a failure, which the browser tests put into words.
  const browser = chromium !== undefined || process.env['CI'] === 'true';
  if (!browser)
    process.stdout.write(
      'The browser tests need Chromium, which this machine lacks; they are left out. To run them: apt-get install chromium\n',
    );
  if (only.length > 0) return [['chosen', ...only, ...(browser ? [] : ['--ignoreProjects', 'browser'])]];
  return [
    ['unit', '--selectProjects', 'unit'],
    ['integration', '--selectProjects', 'int'],
    ...(browser ? [['browser', '--selectProjects', 'browser']] : []),
    // One system at a time: each suite brings up all processes.
    ['end-to-end', '--selectProjects', 'e2e', '--runInBand'],
  ];
}

async function testServer(command: Command): Promise<string> {
  const folder = join(runDir, 'test', 'postgres');
  const server = new EmbeddedPostgres(folder, await secret('test-postgres'), 'test-postgres', command.giveUp);
  command.onStop(() => server.stop());
  return server.start();
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
