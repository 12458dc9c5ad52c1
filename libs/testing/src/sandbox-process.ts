import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const entry = fileURLToPath(new URL('../../../apps/sandbox/dist/main.js', import.meta.url));

export interface SandboxEnvironment {
  id: string;
  tenantId: string;
  name: string;
  url: string;
  apiUrl: string;
}

export interface JournalEntry {
  seq: number;
  target: string;
  user?: string;
  method: string;
  path: string;
  headers?: string[];
  status: number;
  committed: boolean;
}

/** The sandbox as a process of its own, from its build, on a port of its own. */
export interface SandboxProcess {
  origin: string;
  environment(name: string): SandboxEnvironment;
  /** An access token for `<resource>/user_impersonation`, got as any OAuth client gets it. */
  signIn(upn: string, resource: string): Promise<string>;
  control<T>(path: string, body?: unknown): Promise<T>;
  records(environment: string, table: string): Promise<Record<string, unknown>[]>;
  journal(target: 'entra' | 'discovery' | 'dataverse'): Promise<JournalEntry[]>;
  stop(): void;
}

interface Info {
  discoveryUrl: string;
  users: { upn: string; tenantId: string }[];
  environments: SandboxEnvironment[];
  testClient: { clientId: string; clientSecret: string; redirectUri: string };
}

export async function sandboxProcess(): Promise<SandboxProcess> {
  if (!existsSync(entry)) throw new Error('Build the sandbox first: npx nx build @bliro/sandbox');
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env['PATH'], ALLOW_LOCAL_STANDINS: '1', SANDBOX_PORT: String(port), LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const ended = whenEnded(child);
  const control = <T>(path: string, body?: unknown): Promise<T> => ask<T>(`${origin}/control/${path}`, body);
  const info = await Promise.race([ended, eventually(() => control<Info>('info'))]);
  return {
    origin,
    control,
    environment: (name) => {
      const found = info.environments.find((one) => one.name === name);
      if (found === undefined) throw new Error(`The sandbox has no environment ${name}.`);
      return found;
    },
    signIn: (upn, resource) => signIn(origin, info, upn, resource),
    records: async (environment, table) =>
      (await control<{ items: Record<string, unknown>[] }>(`records?environment=${environment}&table=${table}`)).items,
    journal: async (target) => (await control<{ items: JournalEntry[] }>(`journal?target=${target}&since=0`)).items,
    stop: () => {
      child.kill('SIGKILL');
    },
  };
}

/** Rejects with what the process said when it ends, so that a sandbox that can't start is no mystery. */
function whenEnded(child: ChildProcess): Promise<never> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', () => {
      reject(new Error(`The sandbox has ended: ${said}`));
    });
  });
  ended.catch(() => undefined);
  return ended;
}

async function ask<T>(url: string, body?: unknown): Promise<T> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url, body === undefined ? {} : post);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function signIn(origin: string, info: Info, upn: string, resource: string): Promise<string> {
  const { clientId, clientSecret, redirectUri } = info.testClient;
  const authority = `${origin}/${info.users.find((user) => user.upn === upn)?.tenantId}/oauth2/v2.0`;
  const verifier = randomBytes(32).toString('base64url');
  const scope = `openid offline_access ${resource}/user_impersonation`;
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: redirectUri,
    scope,
    state: 'test',
    nonce: 'test',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const { location } = await ask<{ location: string }>(`${origin}/control/consent`, {
    authorizationUrl: `${authority}/authorize?${query.toString()}`,
    user: upn,
    decision: 'accept',
  });
  const code = new URL(location).searchParams.get('code');
  if (code === null) throw new Error(`No code came back: ${location}`);
  const response = await fetch(`${authority}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      scope,
    }),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (answer.access_token === undefined) throw new Error(`No token came back: ${JSON.stringify(answer)}`);
  return answer.access_token;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
