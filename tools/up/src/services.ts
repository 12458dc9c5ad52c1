import {
  baseEnvironment,
  entraEnvironment,
  hostEnvironment,
  queueEnvironment,
  tlsEnvironment,
  type Environment,
  type Setting,
} from './environment.js';
import { freePorts } from './ports.js';
import { certificates, clientSecretFile, keyRingFile, signingKeyFile } from './secrets.js';
import type { ServiceSpec } from './supervisor.js';

export interface Services {
  migrations: { name: string; script: string; env: Environment }[];
  specs: ServiceSpec[];
  /** Where the gateway finds the APIs. */
  upstreams: { auth: string; policy: string; jobs: string };
}

const names = ['auth-service', 'policy-service', 'job-service', 'crm-worker'] as const;
type Name = (typeof names)[number];

interface Ports {
  http: number;
  grpc: number;
  health: number;
}

/** What the plan of each service is made from. */
interface Ground {
  setting: Setting;
  ports: Record<Name, Ports>;
  /** What this process gets whatever it does: the way to run, its certificate and its health's port. */
  own: Record<Name, Environment>;
}

/** What each process is given: its ports, its own secrets, and nobody else's. */
export async function planServices(setting: Setting): Promise<Services> {
  const ground = await prepare(setting);
  const services = [
    spec('auth-service', await authEnvironment(ground), ground),
    spec('policy-service', await policyEnvironment(ground), ground),
    spec('job-service', await jobEnvironment(ground), ground),
    spec('crm-worker', workerEnvironment(ground), ground),
  ];
  const specs = [...(await sandboxOf(setting)), ...services];
  const origin = (name: Name): string => `http://127.0.0.1:${String(ground.ports[name].http)}`;
  return {
    migrations: migrations(setting),
    specs: setting.inspect ? specs.map((each, index) => ({ ...each, inspectPort: 9230 + index })) : specs,
    upstreams: { auth: origin('auth-service'), policy: origin('policy-service'), jobs: origin('job-service') },
  };
}

export function sandboxSpec(port: number, base: Environment, secretFile: string): ServiceSpec {
  const env = { ...base, SANDBOX_PORT: String(port), SANDBOX_CLIENT_SECRET_FILE: secretFile };
  return { name: 'sandbox', script: 'apps/sandbox/dist/main.js', env, healthPort: port };
}

async function prepare(setting: Setting): Promise<Ground> {
  const ports = await takePorts();
  const tls = await certificates(names);
  const base = baseEnvironment(setting);
  const own = each((name) => ({
    ...base,
    ...tlsEnvironment(tls[name]),
    HEALTH_PORT: String(ports[name].health),
  }));
  return { setting, ports, own };
}

/** The worker has no use for two of its three. */
async function takePorts(): Promise<Record<Name, Ports>> {
  const free = await freePorts(3 * names.length);
  return each(() => {
    const [http = 0, grpc = 0, health = 0] = free.splice(0, 3);
    return { http, grpc, health };
  });
}

function each<T>(make: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, T>;
}

async function authEnvironment(ground: Ground): Promise<Environment> {
  const { urls } = ground.setting;
  return {
    ...served('auth-service', ground),
    ...(await entraEnvironment(ground.setting)),
    DATABASE_URL: urls.authHttp,
    DATABASE_WORK_URL: urls.authWork,
    KEYSTORE_URL: urls.keystore,
    KEY_RING_FILE: await keyRingFile(),
    POLICY_GRPC_URL: grpcUrl('policy-service', ground),
  };
}

async function policyEnvironment(ground: Ground): Promise<Environment> {
  const { urls } = ground.setting;
  return {
    ...served('policy-service', ground),
    DATABASE_URL: urls.policyHttp,
    DATABASE_WORK_URL: urls.policyWork,
    SIGNING_KEY_FILE: await signingKeyFile('policy-service'),
    CRM_GRPC_URL: grpcUrl('job-service', ground),
    AUTH_GRPC_URL: grpcUrl('auth-service', ground),
  };
}

async function jobEnvironment(ground: Ground): Promise<Environment> {
  const { urls } = ground.setting;
  return {
    ...served('job-service', ground),
    ...queueEnvironment(ground.setting),
    DATABASE_URL: urls.crmHttp,
    DATABASE_WORK_URL: urls.crmWork,
    SIGNING_KEY_FILE: await signingKeyFile('job-service'),
    AUTH_GRPC_URL: grpcUrl('auth-service', ground),
    POLICY_GRPC_URL: grpcUrl('policy-service', ground),
  };
}

function workerEnvironment(ground: Ground): Environment {
  const { urls } = ground.setting;
  return {
    ...ground.own['crm-worker'],
    ...queueEnvironment(ground.setting),
    DATABASE_URL: urls.crmWorker,
    DATABASE_DIRECT_URL: urls.crmWorker,
    POLICY_GRPC_URL: grpcUrl('policy-service', ground),
    AUTH_GRPC_URL: grpcUrl('auth-service', ground),
  };
}

/** What a service gets that people and other services call. */
function served(name: Name, { setting, ports, own }: Ground): Environment {
  const { http, grpc } = ports[name];
  return { ...own[name], ...hostEnvironment(setting), PORT: String(http), GRPC_PORT: String(grpc) };
}

function grpcUrl(name: Name, { ports }: Ground): string {
  return `127.0.0.1:${String(ports[name].grpc)}`;
}

function spec(name: Name, env: Environment, { ports }: Ground): ServiceSpec {
  return { name, script: `apps/${name}/dist/main.js`, env, healthPort: ports[name].health };
}

async function sandboxOf(setting: Setting): Promise<ServiceSpec[]> {
  const { sandboxPort } = setting;
  return sandboxPort === undefined
    ? []
    : [sandboxSpec(sandboxPort, baseEnvironment(setting), await clientSecretFile())];
}

function migrations(setting: Setting): Services['migrations'] {
  const base = baseEnvironment(setting);
  const { authOwner, policyOwner, crmOwner, keystore } = setting.urls;
  const of = (schema: string, service: Name, env: Environment) => ({
    name: schema,
    script: `apps/${service}/dist/migrate.js`,
    env: { ...base, ...env },
  });
  return [
    of('auth', 'auth-service', { DATABASE_OWNER_URL: authOwner, KEYSTORE_URL: keystore }),
    of('policy', 'policy-service', { DATABASE_OWNER_URL: policyOwner }),
    of('crm', 'job-service', { DATABASE_OWNER_URL: crmOwner }),
  ];
}
