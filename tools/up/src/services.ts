import { randomBytes } from 'node:crypto';
import type { Provisioned } from '@bliro/database';
import type { ServiceSpec } from './supervisor.js';
import { certificates, keyRingFile, secretFile, signingKeyFile, type Tls } from './secrets.js';
import { freePorts } from './ports.js';

export interface Setting {
  urls: Provisioned['urls'];
  apiUrl: string;
  /** Undefined with `--no-sandbox`: then Microsoft's and the host product's settings come from the environment. */
  sandboxPort: number | undefined;
  redisUrl: string | undefined;
  inspect: boolean;
}

export interface Services {
  migrations: { name: string; script: string; env: Record<string, string> }[];
  specs: ServiceSpec[];
  /** Where the gateway finds the APIs. */
  upstreams: { auth: string; policy: string; jobs: string };
}

const withCertificate = ['auth-service', 'policy-service', 'job-service', 'crm-worker'];

/** What each process is given: its ports, its own secrets, and nobody else's. */
export async function planServices(setting: Setting): Promise<Services> {
  const ports = await freePorts(10);
  const [
    authHttp,
    authGrpc,
    authHealth,
    policyHttp,
    policyGrpc,
    policyHealth,
    jobHttp,
    jobGrpc,
    jobHealth,
    workerHealth,
  ] = ports.map(String) as [string, string, string, string, string, string, string, string, string, string];
  const tls = await certificates(withCertificate);
  const clientSecretFile = await secretFile('entra-client-secret', () => randomBytes(24).toString('base64url'));
  const { urls } = setting;
  const base = baseEnvironment(setting);
  const host = hostEnvironment(setting);
  const queue =
    setting.redisUrl === undefined
      ? { QUEUE_DATABASE_URL: urls.queue }
      : { REDIS_URL: setting.redisUrl, ...given(/^QUEUE_PREFIX$/) };
  const entra =
    setting.sandboxPort === undefined
      ? given(/^(ENTRA_|DISCOVERY_URL$)/)
      : sandboxEntra(setting.sandboxPort, clientSecretFile);

  const auth = {
    ...base,
    ...host,
    ...tlsEnvironment(tls['auth-service']),
    ...entra,
    PORT: authHttp,
    GRPC_PORT: authGrpc,
    HEALTH_PORT: authHealth,
    DATABASE_URL: urls.authHttp,
    DATABASE_WORK_URL: urls.authWork,
    KEYSTORE_URL: urls.keystore,
    KEY_RING_FILE: await keyRingFile(),
    POLICY_GRPC_URL: `127.0.0.1:${policyGrpc}`,
  };
  const policy = {
    ...base,
    ...host,
    ...tlsEnvironment(tls['policy-service']),
    PORT: policyHttp,
    GRPC_PORT: policyGrpc,
    HEALTH_PORT: policyHealth,
    DATABASE_URL: urls.policyHttp,
    DATABASE_WORK_URL: urls.policyWork,
    SIGNING_KEY_FILE: await signingKeyFile('policy-service'),
    CRM_GRPC_URL: `127.0.0.1:${jobGrpc}`,
    AUTH_GRPC_URL: `127.0.0.1:${authGrpc}`,
  };
  const job = {
    ...base,
    ...host,
    ...tlsEnvironment(tls['job-service']),
    ...queue,
    PORT: jobHttp,
    GRPC_PORT: jobGrpc,
    HEALTH_PORT: jobHealth,
    DATABASE_URL: urls.crmHttp,
    DATABASE_WORK_URL: urls.crmWork,
    SIGNING_KEY_FILE: await signingKeyFile('job-service'),
    AUTH_GRPC_URL: `127.0.0.1:${authGrpc}`,
    POLICY_GRPC_URL: `127.0.0.1:${policyGrpc}`,
  };
  const worker = {
    ...base,
    ...tlsEnvironment(tls['crm-worker']),
    ...queue,
    HEALTH_PORT: workerHealth,
    DATABASE_URL: urls.crmWorker,
    DATABASE_DIRECT_URL: urls.crmWorker,
    POLICY_GRPC_URL: `127.0.0.1:${policyGrpc}`,
    AUTH_GRPC_URL: `127.0.0.1:${authGrpc}`,
  };

  const specs: ServiceSpec[] = [
    ...(setting.sandboxPort === undefined ? [] : [sandboxSpec(setting.sandboxPort, base, clientSecretFile)]),
    { name: 'auth-service', script: 'apps/auth-service/dist/main.js', env: auth, healthPort: Number(authHealth) },
    {
      name: 'policy-service',
      script: 'apps/policy-service/dist/main.js',
      env: policy,
      healthPort: Number(policyHealth),
    },
    { name: 'job-service', script: 'apps/job-service/dist/main.js', env: job, healthPort: Number(jobHealth) },
    { name: 'crm-worker', script: 'apps/crm-worker/dist/main.js', env: worker, healthPort: Number(workerHealth) },
  ];
  return {
    migrations: [
      {
        name: 'auth',
        script: 'apps/auth-service/dist/migrate.js',
        env: { ...base, DATABASE_OWNER_URL: urls.authOwner, KEYSTORE_URL: urls.keystore },
      },
      {
        name: 'policy',
        script: 'apps/policy-service/dist/migrate.js',
        env: { ...base, DATABASE_OWNER_URL: urls.policyOwner },
      },
      { name: 'crm', script: 'apps/job-service/dist/migrate.js', env: { ...base, DATABASE_OWNER_URL: urls.crmOwner } },
    ],
    specs: setting.inspect ? specs.map((spec, index) => ({ ...spec, inspectPort: 9230 + index })) : specs,
    upstreams: {
      auth: `http://127.0.0.1:${authHttp}`,
      policy: `http://127.0.0.1:${policyHttp}`,
      jobs: `http://127.0.0.1:${jobHttp}`,
    },
  };
}

export function sandboxSpec(port: number, base: Record<string, string>, clientSecretFile: string): ServiceSpec {
  const env = { ...base, SANDBOX_PORT: String(port), SANDBOX_CLIENT_SECRET_FILE: clientSecretFile };
  return { name: 'sandbox', script: 'apps/sandbox/dist/main.js', env, healthPort: port };
}

/** What every process gets: the way to run, and the switch for stand-ins only where there is a sandbox. */
export function baseEnvironment({ sandboxPort }: Pick<Setting, 'sandboxPort'>): Record<string, string> {
  return {
    ...given(/^(PATH|HOME|LANG|TZ|LOG_LEVEL|PRODUCT_NAME|NODE_EXTRA_CA_CERTS|NODE_OPTIONS)$/),
    ...(sandboxPort === undefined ? {} : { ALLOW_LOCAL_STANDINS: '1' }),
  };
}

function hostEnvironment({ apiUrl, sandboxPort }: Setting): Record<string, string> {
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

function sandboxEntra(port: number, clientSecretFile: string): Record<string, string> {
  const origin = `http://127.0.0.1:${String(port)}`;
  return {
    ENTRA_CLIENT_ID: 'f752681c-0e51-4cab-a13b-1134a8477b88',
    ENTRA_CLIENT_SECRET_FILE: clientSecretFile,
    ENTRA_STANDIN_ORIGIN: origin,
    DISCOVERY_URL: `${origin}/discovery`,
  };
}

function tlsEnvironment(tls: Tls | undefined): Record<string, string> {
  return tls ? { TLS_CA_FILE: tls.caFile, TLS_CERT_FILE: tls.certFile, TLS_KEY_FILE: tls.keyFile } : {};
}

function given(pattern: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => pattern.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}
