import { credentials, loadPackageDefinition, makeGenericClientConstructor, Metadata } from '@grpc/grpc-js';
import type { Client, ClientOptions, GrpcObject, ServiceClientConstructor, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { servers } from '@bliro/contract/callers';
import { correlationId } from '@bliro/observe';
import type { TlsFiles } from './certificates.js';
import { failureOf } from './failure.js';
import { correlationKey, protoOptions } from './proto.js';
import { targetOf } from './target.js';

export interface GrpcClientOptions {
  readonly package: string;
  readonly service: string;
  readonly protoPath: string;
  /** `host:port`, several of them with commas, or a target with a scheme of gRPC's own. */
  readonly url: string;
  readonly tls: TlsFiles;
  readonly timeoutMs: number;
  /** The name that the server's certificate must bear; by default the deployable that serves this package. */
  readonly server?: string;
}

type UnaryCall = (request: unknown, metadata: Metadata, options: { deadline: number }, done: Done) => unknown;
type Done = (error: Error | null, reply: unknown) => void;

/**
 * A client of one gRPC service. Connects at the first call and again by itself, balances over all addresses, gives each call
 * `timeoutMs` from start to end (retries of UNAVAILABLE within) and rejects with `RpcFailure` only.
 */
export function grpcClient<T extends object>(options: GrpcClientOptions): T & { close(): void } {
  const definition = serviceDefinition(options);
  const Constructor = makeGenericClientConstructor(definition, options.service);
  const { ca, cert, key } = options.tls;
  const channel = credentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert));
  const client = new Constructor(targetOf(options.url), channel, channelOptions(options));
  const methods: Record<string, unknown> = {
    close: () => {
      client.close();
    },
  };
  for (const name of Object.keys(definition)) {
    methods[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] = unary(client, name, options);
  }
  return methods as T & { close(): void };
}

function unary(client: Client, name: string, { service, timeoutMs }: GrpcClientOptions) {
  const call = (client as unknown as Record<string, UnaryCall>)[name];
  if (call === undefined) throw new Error(`There is no method ${name} in ${service}.`);
  return (request: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      call.call(client, request, metadata(), { deadline: Date.now() + timeoutMs }, (error, reply) => {
        if (error === null) resolve(reply);
        else reject(failureOf(`${service}/${name}`, error));
      });
    });
}

function metadata(): Metadata {
  const sent = new Metadata();
  const id = correlationId();
  if (id !== undefined) sent.set(correlationKey, id);
  return sent;
}

function serviceDefinition(options: GrpcClientOptions): ServiceDefinition {
  const root = loadPackageDefinition(loadSync(options.protoPath, protoOptions));
  const found = options.package.split('.').reduce<GrpcObject | undefined>((at, part) => at?.[part] as GrpcObject, root);
  const constructor = found?.[options.service] as ServiceClientConstructor | undefined;
  if (constructor === undefined) throw new Error(`${options.protoPath} has no service ${options.service}.`);
  return constructor.service;
}

function channelOptions(options: GrpcClientOptions): ClientOptions {
  const server = options.server ?? (servers as Record<string, string>)[options.package];
  if (server === undefined) throw new Error(`It isn't known which deployable serves the package ${options.package}.`);
  return {
    // Every certificate of the authority is good for localhost: only the name tells one service from another.
    'grpc.ssl_target_name_override': server,
    'grpc.default_authority': server,
    'grpc.service_config': serviceConfig(options),
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    // A frozen server answers no ping and is left within three seconds.
    'grpc.keepalive_time_ms': 2000,
    'grpc.keepalive_timeout_ms': 1000,
    'grpc.keepalive_permit_without_calls': 1,
  };
}

function serviceConfig(options: GrpcClientOptions): string {
  const retryPolicy = {
    maxAttempts: 3,
    initialBackoff: '0.02s',
    maxBackoff: '0.2s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  const name = [{ service: `${options.package}.${options.service}` }];
  return JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }], methodConfig: [{ name, retryPolicy }] });
}
