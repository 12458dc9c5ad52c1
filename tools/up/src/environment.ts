import type { Provisioned } from '@bliro/database';
import { clientSecretFile, type Tls } from './secrets.js';

export type Environment = Record<string, string>;

export interface Setting {
  urls: Provisioned['urls'];
  apiUrl: string;
  /** Undefined with `--no-sandbox`: then Microsoft's and the host product's settings come from the environment. */
  sandboxPort: number | undefined;
  redisUrl: string | undefined;
  inspect: boolean;
}

/** Of the application that the sandbox knows as ours; the same in every installation, and no secret. */
export const applicationId = 'f752681c-0e51-4cab-a13b-1134a8477b88';

/** What every process gets: the way to run, and the switch for stand-ins only where there is a sandbox. */
export function baseEnvironment({ sandboxPort }: Pick<Setting, 'sandboxPort'>): Environment {
  return {
    ...given(/^(PATH|HOME|LANG|TZ|LOG_LEVEL|PRODUCT_NAME|NODE_EXTRA_CA_CERTS|NODE_OPTIONS)$/),
    ...(sandboxPort === undefined ? {} : { ALLOW_LOCAL_STANDINS: '1' }),
  };
}

/** Whose tokens and messages are believed, and where people reach the product. */
export function hostEnvironment({ apiUrl, sandboxPort }: Setting): Environment {
  const product =
    sandboxPort === undefined
      ? given(/^HOST_/)
      : {
          HOST_ISSUER: 'https://sandbox.invalid',
          HOST_AUDIENCE: 'bliro-crm',
          HOST_JWKS_URL: `http://127.0.0.1:${String(sandboxPort)}/host/jwks.json`,
          HOST_PIPELINE_JWKS_URL: `http://127.0.0.1:${String(sandboxPort)}/host/pipeline-jwks.json`,
        };
  return { ...product, PUBLIC_ORIGIN: process.env['PUBLIC_ORIGIN'] ?? apiUrl, ...given(/^APP_ORIGIN$/) };
}

/** Our application at Microsoft, and where Microsoft is. */
export async function entraEnvironment({ sandboxPort }: Setting): Promise<Environment> {
  if (sandboxPort === undefined) return given(/^(ENTRA_|DISCOVERY_URL$)/);
  const origin = `http://127.0.0.1:${String(sandboxPort)}`;
  return {
    ENTRA_CLIENT_ID: applicationId,
    ENTRA_CLIENT_SECRET_FILE: await clientSecretFile(),
    ENTRA_STANDIN_ORIGIN: origin,
    DISCOVERY_URL: `${origin}/discovery`,
  };
}

export function queueEnvironment({ redisUrl, urls }: Setting): Environment {
  return redisUrl === undefined
    ? { QUEUE_DATABASE_URL: urls.queue }
    : { REDIS_URL: redisUrl, ...given(/^QUEUE_PREFIX$/) };
}

export function tlsEnvironment({ caFile, certFile, keyFile }: Tls): Environment {
  return { TLS_CA_FILE: caFile, TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile };
}

/** Those variables of this process that match. */
function given(pattern: RegExp): Environment {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => pattern.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}
