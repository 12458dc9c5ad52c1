import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, loadAuthority, type Authority } from '@bliro/rpc';
import { generateSigningKey } from '@bliro/signing';
import { paths } from './workspace.js';

export interface Tls {
  caFile: string;
  certFile: string;
  keyFile: string;
}

const randomText = (): string => randomBytes(24).toString('base64url');

/** The path of a secret that is made once and kept, readable by this user alone. */
async function secretFile(name: string, make: () => string | Promise<string>): Promise<string> {
  const path = join(paths.secrets, name);
  if (!existsSync(path)) writeFileSync(path, await make(), { mode: 0o600 });
  return path;
}

export async function secret(name: string): Promise<string> {
  return readFileSync(await secretFile(name, randomText), 'utf8');
}

/** Of the application that we are at Microsoft. */
export const clientSecretFile = (): Promise<string> => secretFile('entra-client-secret', randomText);

export const signingKeyFile = (service: string): Promise<string> =>
  secretFile(`${service}-signing.jwk`, generateSigningKey);

export function keyRingFile(): Promise<string> {
  return secretFile('key-ring.json', () => {
    const kid = `local-${randomBytes(4).toString('hex')}`;
    return JSON.stringify({ active: kid, keys: { [kid]: randomBytes(32).toString('base64url') } });
  });
}

/** Certificates of one CA for the services, made once. */
export async function certificates<Name extends string>(services: readonly Name[]): Promise<Record<Name, Tls>> {
  const authority = await localAuthority();
  const entries = await Promise.all(
    services.map(async (service): Promise<[Name, Tls]> => {
      const tls = {
        caFile: join(paths.secrets, 'ca.crt'),
        certFile: join(paths.secrets, `${service}.crt`),
        keyFile: join(paths.secrets, `${service}.key`),
      };
      if (!existsSync(tls.keyFile) || !existsSync(tls.certFile)) {
        const { ca, cert, key } = await authority.issue(service);
        writeFileSync(tls.caFile, ca, { mode: 0o600 });
        writeFileSync(tls.certFile, cert, { mode: 0o600 });
        writeFileSync(tls.keyFile, key, { mode: 0o600 });
      }
      return [service, tls];
    }),
  );
  return Object.fromEntries(entries) as Record<Name, Tls>;
}

async function localAuthority(): Promise<Authority> {
  const path = join(paths.secrets, 'ca.json');
  if (existsSync(path)) return loadAuthority(JSON.parse(readFileSync(path, 'utf8')) as { cert: string; key: string });
  const authority = await createAuthority();
  writeFileSync(path, JSON.stringify(authority.export()), { mode: 0o600 });
  return authority;
}
