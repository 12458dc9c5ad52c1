import { Failure, runCommand } from '@bliro/up';
import { generateCapability } from './capability.js';
import { generateDocs } from './docs.js';
import { generateEvent } from './event.js';
import { generateMigration } from './migration.js';

const usage = `npm run generate -- capability <service> <name>
npm run generate -- event <auth, policy or crm> <subject.verb>
npm run generate -- migration <auth, policy or crm> <name>
npm run generate -- docs`;

const generators: Record<string, (...args: string[]) => string[] | Promise<string[]>> = {
  capability: generateCapability,
  event: generateEvent,
  migration: generateMigration,
  docs: generateDocs,
};

runCommand(async () => {
  const [what = '', ...args] = process.argv.slice(2);
  const generate = generators[what];
  if (!generate) throw new Failure(usage);
  for (const line of await generate(...args)) process.stdout.write(`${line}\n`);
  return 'done';
});
