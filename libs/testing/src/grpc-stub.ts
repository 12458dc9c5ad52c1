import { loadPackageDefinition, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { GrpcObject, handleUnaryCall, ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** As `@bliro/contract` names a service's messages and methods. */
interface Proto {
  readonly package: string;
  readonly service: string;
  readonly path: string;
}

interface Tls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface GrpcStub {
  /** Host and port, the same after each `up`. */
  readonly url: string;
  /** Breaks all connections and refuses new ones. */
  down(): void;
  up(): Promise<void>;
}

/** Methods by their names in camelCase; what they throw reaches the caller as UNAVAILABLE. */
export type Handlers<Service> = {
  readonly [Method in keyof Service]?: Service[Method] extends (request: infer Request) => Promise<infer Reply>
    ? (request: Request) => Reply | Promise<Reply>
    : never;
};

/** Stands for a neighbouring service over gRPC with mutual TLS. Whoever has a certificate may call whatever there is. */
export async function grpcStub<Service>(proto: Proto, handlers: Handlers<Service>, tls: Tls): Promise<GrpcStub> {
  let server = await serve(proto, handlers, tls, 0);
  const { port } = server;
  return {
    url: `127.0.0.1:${port}`,
    down: () => {
      server.stop();
    },
    up: async () => {
      server = await serve(proto, handlers, tls, port);
    },
  };
}

async function serve<Service>(proto: Proto, handlers: Handlers<Service>, tls: Tls, wanted: number) {
  const server = new Server();
  server.addService(serviceOf(proto), implementation(handlers));
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
  const credentials = ServerCredentials.createSsl(Buffer.from(tls.ca), [pair], true);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${wanted}`, credentials, (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { port, stop: () => server.forceShutdown() };
}

function implementation(handlers: object): Record<string, handleUnaryCall<unknown, unknown>> {
  return Object.fromEntries(
    Object.entries(handlers as Record<string, (request: unknown) => unknown>).map(([name, handle]) => [
      name,
      (call, callback) => {
        Promise.resolve(call.request)
          .then(handle)
          .then(
            (reply) => callback(null, reply),
            (error: unknown) => callback({ code: status.UNAVAILABLE, details: String(error) }),
          );
      },
    ]),
  );
}

/** Messages look as they do in our own clients and servers. */
function serviceOf({ package: name, service, path }: Proto) {
  const options = { keepCase: false, longs: Number, enums: String, defaults: true, arrays: true, oneofs: false };
  const root = loadPackageDefinition(loadSync(path, options));
  const found = name.split('.').reduce<GrpcObject | undefined>((at, part) => at?.[part] as GrpcObject, root);
  const constructor = found?.[service] as ServiceClientConstructor | undefined;
  if (constructor === undefined) throw new Error(`${path} has no service ${service}.`);
  return constructor.service;
}
