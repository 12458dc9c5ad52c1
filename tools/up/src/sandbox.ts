import { readInfo } from '@bliro/sandbox-client';
import { runCommand } from './command.js';
import { applicationId, baseEnvironment } from './environment.js';
import { choosePort, portOf } from './ports.js';
import { clientSecretFile } from './secrets.js';
import { sandboxSpec } from './services.js';
import { Supervisor } from './supervisor.js';
import { makeRunDirectories } from './workspace.js';

/** What somebody who rehearses with an installation of their own may set. */
const passedOn = [
  'BIND_ADDRESS',
  'HOST_AUDIENCE',
  'SANDBOX_CLIENT_ID',
  'SANDBOX_CLIENT_CERTIFICATE_FILE',
  'SANDBOX_CLIENT_FEDERATION_FILE',
];

runCommand(async (command) => {
  makeRunDirectories();
  const port = await choosePort(portOf('SANDBOX_PORT', 8090));
  const secretFile = process.env['SANDBOX_CLIENT_SECRET_FILE'] ?? (await clientSecretFile());
  const environment = { ...baseEnvironment({ sandboxPort: port }), ...ownSettings() };
  const supervisor = new Supervisor(command.giveUp);
  command.onStop(() => supervisor.stop());
  await supervisor.start(sandboxSpec(port, environment, secretFile));
  process.stdout.write(await invitation(`http://127.0.0.1:${String(port)}`, secretFile));
  return 'stays';
});

function ownSettings(): Record<string, string> {
  return Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function invitation(url: string, secretFile: string): Promise<string> {
  const { users, environments } = await readInfo(url);
  const clientId = process.env['SANDBOX_CLIENT_ID'] ?? applicationId;
  return `ready ${url}

It plays Microsoft and the host product, in memory. Its page shows what it sees, live, and breaks and mends things: ${url}/

  Entra ID          ${url}/organizations/v2.0/.well-known/openid-configuration
  Global Discovery  ${url}/discovery/api/discovery/v2.0/Instances
${environments.map(({ name, apiUrl }) => `  Dataverse         ${apiUrl}/api/data/v9.2/  (${name})`).join('\n')}
  host product      ${url}/host/jwks.json, ${url}/host/pipeline-jwks.json
  control           ${url}/control/info
  accounts          ${users.map(({ upn }) => upn).join(', ')}

To point a rehearsal at it, give all services these settings:

  ALLOW_LOCAL_STANDINS=1
  ENTRA_STANDIN_ORIGIN=${url}
  DISCOVERY_URL=${url}/discovery
  HOST_ISSUER=https://sandbox.invalid
  HOST_AUDIENCE=${process.env['HOST_AUDIENCE'] ?? 'bliro-crm'}
  HOST_JWKS_URL=${url}/host/jwks.json
  HOST_PIPELINE_JWKS_URL=${url}/host/pipeline-jwks.json

and auth-service its registration, whose redirect URIs are under http://127.0.0.1 and http://localhost on any port:

  ENTRA_CLIENT_ID=${clientId}
  ENTRA_CLIENT_SECRET_FILE=${secretFile}

SANDBOX_CLIENT_CERTIFICATE_FILE or SANDBOX_CLIENT_FEDERATION_FILE register a certificate or a federated credential, too.
A token for calls to the services:

  curl -s ${url}/control/session -d '{"organization":"contoso","user":"ada","roles":["user"]}'

Ctrl-C stops it.
`;
}
