import { ServerInterceptingCall, ServerListenerBuilder, ResponderBuilder, status } from '@grpc/grpc-js';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { callers } from '@bliro/contract/callers';
import { newCorrelationId, runWithCorrelation } from '@bliro/observe';
import { correlationKey } from './proto.js';

/** Which certificate name may call which method (`package.Service/Method`). */
export type CallerTable = Readonly<Record<string, readonly string[]>>;

export interface GuardLogger {
  warn(fields: Record<string, unknown>, message: string): void;
}

const openToAll = 'grpc.health.v1.Health/';

/**
 * Lets a call through where the table has the common name of the peer's (verified) certificate under the method, and answers
 * PERMISSION_DENIED else. It stands in the gRPC server, before every handler, so no controller can be without it.
 */
export function callerGuard(o: { table?: CallerTable; logger?: GuardLogger } = {}): ServerInterceptor {
  const table: CallerTable = o.table ?? callers;
  return (descriptor, call) => {
    const method = descriptor.path.replace(/^\//, '');
    const caller = commonName(call.getAuthContext().sslPeerCertificate?.subject.CN);
    const allowed = caller !== undefined && (method.startsWith(openToAll) || table[method]?.includes(caller) === true);
    const listener = new ServerListenerBuilder().withOnReceiveMetadata((metadata, next) => {
      if (allowed) next(metadata);
      else refuse();
    });
    const refuse = (): void => {
      o.logger?.warn(
        { caller: caller ?? 'none', method },
        'a gRPC call was refused: the caller may not use this method',
      );
      call.sendStatus({ code: status.PERMISSION_DENIED, details: `${caller ?? 'this caller'} may not call ${method}` });
    };
    const responder = new ResponderBuilder().withStart((next) => {
      next(listener.build());
    });
    return new ServerInterceptingCall(call, responder.build());
  };
}

/** Runs the handler under the caller's correlation id (a new one where there is none) and sends it back. */
export function correlate(): ServerInterceptor {
  return (_descriptor, call) => {
    let id = '';
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        id = newCorrelationId(metadata.get(correlationKey).map(String)[0]);
        next(metadata);
      })
      .withOnReceiveHalfClose((next) => {
        runWithCorrelation(id, next);
      })
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => {
        next(listener);
      })
      .withSendMetadata((metadata, next) => {
        metadata.set(correlationKey, id);
        next(metadata);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}

function commonName(subject: unknown): string | undefined {
  // A certificate with two common names gives an array: it names nobody.
  return typeof subject === 'string' ? subject : undefined;
}
