import { randomBytes } from 'node:crypto';
import { runCommand } from './command.js';
import { choosePort, portOf } from './ports.js';
import { secretFile } from './secrets.js';
import { baseEnvironment, sandboxSpec } from './services.js';
import { Supervisor } from './supervisor.js';
import { makeRunDirectories } from './workspace.js';

runCommand(async (command) => {
  makeRunDirectories();
  const port = await choosePort(portOf('SANDBOX_PORT', 8090));
  const clientSecretFile = await secretFile('entra-client-secret', () => randomBytes(24).toString('base64url'));
  const supervisor = new Supervisor(command.giveUp);
  command.onStop(() => supervisor.stop());
  await supervisor.start(sandboxSpec(port, baseEnvironment({ sandboxPort: port }), clientSecretFile));
  const url = `http://127.0.0.1:${String(port)}`;
  process.stdout.write(`ready ${url}
It stands in for Entra ID, Global Discovery, Dataverse and the host product's sign-in. Its page: ${url}/
Everything that a program needs to use it: curl -s ${url}/control/info
To point a deployment at it: ENTRA_STANDIN_ORIGIN=${url} DISCOVERY_URL=${url}/discovery ALLOW_LOCAL_STANDINS=1, with the client secret in ${clientSecretFile}
Ctrl-C stops it.
`);
  return 'stays';
});
