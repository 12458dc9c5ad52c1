/** What a request to Entra's token endpoint ended with, when it did not end with tokens. Holds no token, code or address. */
export type EntraFailure =
  | {
      kind: 'transport';
      cause: 'timeout' | 'unreachable' | 'throttled' | 'server_error' | 'malformed_answer';
      status?: number;
      retryAfterMs?: number;
    }
  | { kind: 'refused'; error: string; suberror?: string; codes: readonly number[]; claims?: string }
  | { kind: 'not_sent'; cause: string };

export class EntraFailed extends Error {
  override readonly name = 'EntraFailed';

  constructor(readonly failure: EntraFailure) {
    super(`Microsoft Entra gave no token: ${describeFailure(failure)}`);
  }
}

/** The kind of a failure as a log shows it. Entra's own description is left out: it may name people and addresses. */
export function describeFailure(failure: EntraFailure): string {
  if (failure.kind !== 'refused') return failure.cause;
  return [failure.error, failure.suberror, ...failure.codes.map((code) => `AADSTS${code}`)].filter(Boolean).join(' ');
}
