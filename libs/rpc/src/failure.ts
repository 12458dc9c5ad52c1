import { status } from '@grpc/grpc-js';
import { RpcException } from '@nestjs/microservices';
import type { z } from 'zod';

export type RpcFailureCode = 'unavailable' | 'deadline' | 'denied' | 'invalid' | 'internal';

const statusOf: Record<RpcFailureCode, status> = {
  unavailable: status.UNAVAILABLE,
  deadline: status.DEADLINE_EXCEEDED,
  denied: status.PERMISSION_DENIED,
  invalid: status.INVALID_ARGUMENT,
  internal: status.INTERNAL,
};

const codeOf: Partial<Record<status, RpcFailureCode>> = {
  [status.UNAVAILABLE]: 'unavailable',
  [status.RESOURCE_EXHAUSTED]: 'unavailable',
  [status.DEADLINE_EXCEEDED]: 'deadline',
  [status.CANCELLED]: 'deadline',
  [status.PERMISSION_DENIED]: 'denied',
  [status.UNAUTHENTICATED]: 'denied',
  [status.INVALID_ARGUMENT]: 'invalid',
};

/**
 * What went wrong between two services. A client's method rejects with it; a handler throws it to answer with that status.
 * `unavailable`, `deadline` and `internal` are transient: they say nothing about what was asked.
 */
export class RpcFailure extends RpcException {
  override readonly name = 'RpcFailure';

  constructor(
    readonly code: RpcFailureCode,
    message: string,
  ) {
    super({ code: statusOf[code], message });
    this.message = message;
  }

  get transient(): boolean {
    return this.code === 'unavailable' || this.code === 'deadline' || this.code === 'internal';
  }
}

/** Turns what a gRPC call ended with into an `RpcFailure`; an unknown status is `internal`. */
export function failureOf(method: string, error: unknown): RpcFailure {
  const known = error instanceof Error && 'code' in error ? codeOf[error.code as status] : undefined;
  const details = error instanceof Error && 'details' in error ? String(error.details) : String(error);
  return new RpcFailure(known ?? 'internal', `${method}: ${details}`);
}

/** Parses a request in a handler. Throws `RpcFailure('invalid')` that names the fields and never a value. */
export function parseRequest<S extends z.ZodType>(schema: S, request: unknown): z.output<S> {
  const parsed = schema.safeParse(request);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.code}`);
  throw new RpcFailure('invalid', wrong.join('; '));
}
