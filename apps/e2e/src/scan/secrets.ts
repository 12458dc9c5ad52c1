import { createHash, createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { SignIn } from '../people/organization.js';
import type { System } from '../system/system.js';
import { needle, type Needle } from './needles.js';
import type { Secrets } from './scan.js';

/** Everything that is secret in a system in which these people have signed in. */
export async function secretsOf(system: System, signIns: readonly SignIn[]): Promise<Secrets> {
  const markers = system.sandbox.info.secretMarkers.map((marker, index) => needle(`marker ${index + 1}`, marker));
  const ofBrowsers = await Promise.all(signIns.map((signIn) => secretsOfSignIn(system, signIn)));
  return { everywhere: [...markers, ...ofBrowsers.flat()], outsideSecrets: keptSecrets(system) };
}

async function secretsOfSignIn(system: System, { cookie, authorizationUrl, callbackUrl }: SignIn): Promise<Needle[]> {
  const browserSecret = cookie.split('=')[1] ?? '';
  const query = new URL(callbackUrl).searchParams;
  const challenge = new URL(authorizationUrl).searchParams.get('code_challenge') ?? '';
  return [
    needle('cookie of the sign-in', browserSecret),
    needle('state of the sign-in', query.get('state') ?? ''),
    needle('authorization code', query.get('code') ?? ''),
    needle('PKCE verifier', await verifierOf(system, browserSecret, challenge)),
  ];
}

/** It is made from the browser's secret and the attempt's id; that it is the right one shows in the challenge. */
async function verifierOf(system: System, browserSecret: string, challenge: string): Promise<string> {
  for (const attempt of await attemptIds(system)) {
    const verifier = createHmac('sha256', browserSecret).update(`verifier ${attempt}`).digest('base64url');
    if (createHash('sha256').update(verifier).digest('base64url') === challenge) return verifier;
  }
  throw new Error('The PKCE verifier is made in another way than this test thinks.');
}

async function attemptIds({ installation }: System): Promise<string[]> {
  const url = new URL(installation.adminUrl);
  url.pathname = `/${installation.database}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>('select id from auth.consent_attempt');
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}

/** What the files of RUN_DIR/secrets keep. */
function keptSecrets({ installation }: System): Needle[] {
  const files = readdirSync(join(installation.runDir, 'secrets'));
  return files.flatMap((file) => contentsOf(file, installation.secret(file)).map((secret) => needle(file, secret)));
}

function contentsOf(file: string, content: string): string[] {
  if (file.endsWith('.crt')) return [];
  if (file.endsWith('.jwk')) return [(JSON.parse(content) as { d: string }).d];
  if (file.endsWith('.key')) return bodyOf(content);
  if (file === 'ca.json') return bodyOf((JSON.parse(content) as { key: string }).key);
  if (file === 'key-ring.json') return Object.values((JSON.parse(content) as { keys: Record<string, string> }).keys);
  return [content.trim()];
}

/** The middle of a PEM: its first line is the same in every key of its kind. */
function bodyOf(pem: string): string[] {
  const lines = pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  return lines.slice(1).filter((line) => line.length >= 24);
}
