import { ServerCredentials } from '@grpc/grpc-js';
import type { Server, ServerInterceptor } from '@grpc/grpc-js';
import { ServerGrpc } from '@nestjs/microservices';
import type { CustomStrategy, GrpcOptions } from '@nestjs/microservices';
import type { TlsFiles } from './certificates.js';
import { callerGuard, correlate } from './guard.js';
import type { CallerTable, GuardLogger } from './guard.js';
import { addHealth } from './health.js';
import { protoOptions, type ProtoDescriptor } from './proto.js';

export interface GrpcServerOptions {
  /** Address and port to listen on, e.g. `127.0.0.1:5001`. */
  readonly url: string;
  readonly tls: TlsFiles;
  /** Who may call what; `callers` of the contract by default. */
  readonly table?: CallerTable;
  readonly logger?: GuardLogger;
  /** How long calls under way may still take when the server stops. */
  readonly graceMs?: number;
}

/**
 * What `NestFactory.createMicroservice` and `app.connectMicroservice` take for a gRPC server with mutual TLS: a client without a
 * certificate of our authority gets no connection, a caller that the table doesn't have gets PERMISSION_DENIED.
 */
export function grpcServer(proto: ProtoDescriptor, options: GrpcServerOptions): CustomStrategy {
  return { strategy: new GuardedGrpcServer(serverOptions(proto, options), options.graceMs ?? 3000) };
}

/** Nest waits without limit for the calls under way, or not at all: this one gives them a grace. */
class GuardedGrpcServer extends ServerGrpc {
  constructor(
    options: GrpcOptions['options'],
    private readonly graceMs: number,
  ) {
    super({ ...options, gracefulShutdown: true });
  }

  override async close(): Promise<void> {
    const server = this.grpcClient as Server | null;
    const force = setTimeout(() => server?.forceShutdown(), this.graceMs);
    try {
      await super.close();
    } finally {
      clearTimeout(force);
    }
  }
}

function serverOptions(proto: ProtoDescriptor, { tls, table, logger, url }: GrpcServerOptions): GrpcOptions['options'] {
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
  const guard = callerGuard({ ...(table && { table }), ...(logger && { logger }) });
  return {
    package: proto.package,
    protoPath: proto.path,
    url,
    credentials: ServerCredentials.createSsl(Buffer.from(tls.ca), [pair], true),
    loader: protoOptions,
    channelOptions: withInterceptors([guard, correlate()]),
    onLoadPackageDefinition: (_definition, server: Server) => {
      addHealth(server);
    },
  };
}

function withInterceptors(interceptors: ServerInterceptor[]): NonNullable<GrpcOptions['options']['channelOptions']> {
  // Nest hands these options to the server as they are, but types them as a channel's, which have no interceptors.
  return { interceptors };
}
