import { runCommand } from './command.js';
import { Failure } from './failure.js';
import { formatting, jest, lint, types } from './quality.js';

/** `npm run check`: the quick part of `npm test`, with caches, for while you work. */
runCommand(async () => {
  await formatting();
  await types();
  await lint();
  const { passed, failed } = await jest('unit', ['--selectProjects', 'unit'], {});
  process.stdout.write(`tests: ${String(passed)} passed, ${String(failed)} failed\n`);
  if (failed > 0) throw new Failure('There are tests that fail.');
  return 'done';
});
