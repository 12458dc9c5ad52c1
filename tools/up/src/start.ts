import { runCommand } from './command.js';
import { invitation } from './invitation.js';
import { portOf } from './ports.js';
import { bringUp } from './up.js';

runCommand(async (command) => {
  const { apiUrl, sandboxUrl } = await bringUp(command, {
    port: portOf('PORT', 8080),
    sandboxPort: portOf('SANDBOX_PORT', 8090),
    sandbox: !process.argv.includes('--no-sandbox'),
    progress: (step) => process.stdout.write(`  ${step} …\n`),
  });
  const next =
    sandboxUrl === undefined
      ? `It runs against Microsoft. The page ${apiUrl}/ says what runs.`
      : await invitation(apiUrl, sandboxUrl);
  process.stdout.write(`ready ${apiUrl}\n${next}\nCtrl-C stops all of it.\n`);
  return 'stays';
});
