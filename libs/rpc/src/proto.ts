import type { Options } from '@grpc/proto-loader';

/** Where a service's messages and methods are written, as `@bliro/contract` names them. */
export interface ProtoDescriptor {
  readonly package: string;
  readonly service: string;
  /** Of the `.proto` file. */
  readonly path: string;
}

/** How messages look in TypeScript, on both sides: camelCase, int64 as a number, enums as names, absent fields as defaults. */
export const protoOptions = {
  keepCase: false,
  longs: Number,
  enums: String,
  defaults: true,
  arrays: true,
  oneofs: false,
} satisfies Options;

/** gRPC's metadata key for the id that joins the log lines of all services. */
export const correlationKey = 'x-correlation-id';
