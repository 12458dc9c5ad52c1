import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@bliro/observe';
import { testClientId } from './entra/clients.js';
import { users } from './entra/directory.js';
import { resourcesOf } from './entra/scopes.js';
import { accessToken } from './entra/tokens.js';
import { customize } from './control/customize.js';
import { environments } from './dataverse/environments.js';
import { Sandbox } from './sandbox.js';
import { buildServer, listen } from './server.js';

/**
 * How many creates a second the sandbox takes over HTTP: `node dist/benchmark.js [creates] [users] [connections]`.
 * One process serves and this one sends, so that two cores are used. It prints a table and a line of JSON.
 */
interface Served {
  url: string;
  tokens: string[];
}

const [creates = 100_000, people = 2000, connections = 32] = process.argv.slice(2).map(Number);
const [environment] = environments;
if (process.send) await serve();
else await measure();

/** The sandbox, with tokens for as many people as asked for, and limits that don't end the measurement. */
async function serve(): Promise<void> {
  const sandbox = await Sandbox.create({ logger: createLogger('sandbox', 'silent'), hostAudience: 'bliro-crm' });
  const app = buildServer(sandbox);
  await listen(app, sandbox, 0, '127.0.0.1');
  if (!environment) throw new Error('There is no environment');
  customize(sandbox, { environment: environment.id, addUsers: { prefix: 'rep', count: people } });
  sandbox.settings.change({ throttle: { requests: 1_000_000, concurrency: 10_000 } });
  const url = sandbox.environmentUrl(environment);
  const [resource] = resourcesOf([`${url}/user_impersonation`], sandbox.origin);
  if (!resource) throw new Error('The environment has no audience');
  const reps = users.filter(({ upn }) => upn.startsWith('rep'));
  const tokens = await Promise.all(
    reps.map((user) => accessToken(sandbox, { clientId: testClientId, user }, resource)),
  );
  process.send?.({ url, tokens } satisfies Served);
}

async function measure(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2));
  const { url, tokens } = await new Promise<Served>((resolve) =>
    child.once('message', (message) => resolve(message as Served)),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let sent = 0;
  let refused = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    for (let at = sent++; at < creates; at = sent++) {
      const status = await create(agent, `${url}/api/data/v9.2/tasks`, tokens[at % tokens.length] ?? '', at);
      if (status !== 204) refused++;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - started) / 1000;
  const result = {
    creates,
    people: tokens.length,
    connections,
    refused,
    seconds,
    perSecond: Math.round(creates / seconds),
  };
  process.stdout.write(
    `creates  users  connections  refused  seconds  creates/s\n` +
      `${creates}  ${tokens.length}  ${connections}  ${refused}  ${seconds.toFixed(1)}  ${result.perSecond}\n` +
      `${JSON.stringify(result)}\n`,
  );
  agent.destroy();
  child.kill();
  process.exitCode = refused > 0 || result.perSecond < 2000 ? 1 : 0;
}

function create(agent: Agent, url: string, token: string, number: number): Promise<number> {
  const body = JSON.stringify({ activityid: randomUUID(), subject: `Task ${number}` });
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': body.length,
  };
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    sending.on('error', reject).end(body);
  });
}
