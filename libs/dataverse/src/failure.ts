import { classOfCode, nameOfCode, type FailureClass } from './codes.js';

export interface DataverseFailure {
  class: FailureClass;
  status?: number;
  /** Dataverse's code, e.g. `0x80040217`; absent where the answer had none. */
  code?: string;
  name?: string;
  message: string;
  retryAfterMs?: number;
  /** The claims challenge as JSON text, to be passed on to the next sign-in. */
  claims?: string;
}

export type DataverseResult<T> = { ok: true; value: T; etag?: string } | { ok: false; failure: DataverseFailure };

export interface FailedAnswer {
  status: number;
  code?: string | undefined;
  message?: string | undefined;
  retryAfterMs?: number | undefined;
  claims?: string | undefined;
  write: boolean;
}

/** Status first, code second, never the message alone: the same message comes with several codes. */
export function classify(answer: FailedAnswer): DataverseFailure {
  const { status, code, retryAfterMs, claims } = answer;
  const name = code === undefined ? undefined : nameOfCode(code);
  return {
    class: classOf(answer),
    status,
    ...(code !== undefined && { code }),
    ...(name !== undefined && { name }),
    message: answer.message ?? `Dataverse answered with status ${status}.`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(claims !== undefined && { claims }),
  };
}

function classOf({ status, code, write }: FailedAnswer): FailureClass {
  if (status === 429) return 'throttled';
  if (status === 401) return 'needs_person';
  const known = code === undefined ? undefined : classOfCode(code);
  if (known !== undefined) return known;
  const refused = status === 400 || (status >= 403 && status <= 417 && status !== 408) || status === 422;
  if (refused) return 'permanent';
  return write ? 'unknown' : 'transient';
}

/** Of an error that came instead of an answer. `sent`: a byte of the request may have left. */
export function classifyLost(error: unknown, { write, sent }: { write: boolean; sent: boolean }): DataverseFailure {
  const code = codeOf(error);
  return {
    class: write && sent ? 'unknown' : 'transient',
    message: sent
      ? 'The connection to Dataverse ended before its whole answer was here.'
      : 'Dataverse could not be reached.',
    ...(code !== undefined && { name: code }),
  };
}

function codeOf(error: unknown): string | undefined {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' && name !== 'Error' ? name : undefined;
}
