import { credentials, loadPackageDefinition, makeGenericClientConstructor, Metadata } from '@grpc/grpc-js';
import type { Client, ClientOptions, GrpcObject, ServiceClientConstructor, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { servers } from '@bliro/contract/callers';
import { correlationId } from '@bliro/observe';
import type { TlsFiles } from './certificates.js';
import { failureOf } from './failure.js';
import { correlationKey, protoOptions, type ProtoDescriptor } from './proto.js';
import { targetOf } from './target.js';

export interface GrpcClientOptions {
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
export function grpcClient<T extends object>(
  proto: ProtoDescriptor,
  options: GrpcClientOptions,
): T & { close(): void } {
  const definition = serviceDefinition(proto);
  const Constructor = makeGenericClientConstructor(definition, proto.service);
  const { ca, cert, key } = options.tls;
  const channel = credentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert));
  const client = new Constructor(targetOf(options.url), channel, channelOptions(proto, options.server));
  const methods: Record<string, unknown> = {
    close: () => {
      client.close();
    },
  };
  for (const name of Object.keys(definition)) {
    methods[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] = unary(
      client,
      `${proto.service}/${name}`,
      options.timeoutMs,
    );
  }
  return methods as T & { close(): void };
}

function unary(client: Client, method: string, timeoutMs: number) {
  const call = (client as unknown as Record<string, UnaryCall>)[method.split('/')[1] ?? ''];
  if (call === undefined) throw new Error(`There is no method ${method}.`);
  return (request: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      call.call(client, request, metadata(), { deadline: Date.now() + timeoutMs }, (error, reply) => {
        if (error === null) resolve(reply);
        else reject(failureOf(method, error));
      });
    });
}

function metadata(): Metadata {
  const sent = new Metadata();
  const id = correlationId();
  if (id !== undefined) sent.set(correlationKey, id);
  return sent;
}

function serviceDefinition({ package: name, service, path }: ProtoDescriptor): ServiceDefinition {
  const root = loadPackageDefinition(loadSync(path, protoOptions));
  const found = name.split('.').reduce<GrpcObject | undefined>((at, part) => at?.[part] as GrpcObject, root);
  const constructor = found?.[service] as ServiceClientConstructor | undefined;
  if (constructor === undefined) throw new Error(`${path} has no service ${service}.`);
  return constructor.service;
}

function channelOptions(
  proto: ProtoDescriptor,
  server = (servers as Record<string, string>)[proto.package],
): ClientOptions {
  if (server === undefined) throw new Error(`It isn't known which deployable serves the package ${proto.package}.`);
  return {
    // Every certificate of the authority is good for localhost: only the name tells one service from another.
    'grpc.ssl_target_name_override': server,
    'grpc.default_authority': server,
    'grpc.service_config': serviceConfig(proto),
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    // A frozen server answers no ping and is left within three seconds.
    'grpc.keepalive_time_ms': 2000,
    'grpc.keepalive_timeout_ms': 1000,
    'grpc.keepalive_permit_without_calls': 1,
  };
}

function serviceConfig(proto: ProtoDescriptor): string {
  const retryPolicy = {
    maxAttempts: 3,
    initialBackoff: '0.02s',
    maxBackoff: '0.2s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  const name = [{ service: `${proto.package}.${proto.service}` }];
  return JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }], methodConfig: [{ name, retryPolicy }] });
}
