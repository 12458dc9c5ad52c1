import { bringUp, Failure, paths, portOf, runCommand } from '@bliro/up';
import { gather } from './cast.js';
import { allow, connect, denied, killed, mainJob } from './chapters.js';
import { story } from './story.js';

runCommand(async (command) => {
  story.say('Bringing everything up (about 15 s) …');
  const system = await bringUp(command, {
    port: portOf('PORT', 0),
    sandboxPort: portOf('SANDBOX_PORT', 0),
    sandbox: true,
    progress: (step) => {
      story.say(`  ${step} …`);
    },
  });
  if (system.sandboxUrl === undefined) throw new Failure('The demo needs the sandbox.');

  const cast = await gather(system, system.sandboxUrl);
  const environment = await connect(cast);
  await allow(cast);
  await mainJob(cast, environment);
  await denied(cast);
  await killed(cast, environment);

  story.chapter('Where to look next');
  story.say(`npm start                     the same system, and it stays up: its page is http://127.0.0.1:8080/
npm run logs -- <jobId>       one job's lines of all services, in order (the logs are in ${paths.logs})
docs/architecture.md          the parts, the way of one job, what happens when each part dies`);
  return 'done';
});
