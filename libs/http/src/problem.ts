/** What a caller can rely on for one code. `repeat`: whether the same request may succeed later. */
export interface ProblemDefinition {
  status: number;
  title: string;
  /** A sentence to act on; a Problem may bring its own. */
  detail: string;
  repeat: boolean;
}

export type ProblemCatalogue = Readonly<Record<string, ProblemDefinition>>;

export interface InputError {
  /** JSON pointer (RFC 6901) into the body; empty for the body itself. For a query, into its parameters. */
  pointer: string;
  message: string;
}

export interface ProblemOptions {
  detail?: string;
  errors?: InputError[];
  retryAfterSeconds?: number;
  headers?: Record<string, string>;
}

/** Thrown anywhere below a route; answered as problem+json with the catalogue's status for the code. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: string,
    readonly options: ProblemOptions = {},
  ) {
    super(options.detail ?? code);
  }
}

const baseProblems = {
  bad_request: {
    status: 400,
    title: 'Bad request',
    detail: 'The request is malformed. Correct it before you send it again.',
    repeat: false,
  },
  invalid_json: {
    status: 400,
    title: 'Invalid JSON',
    detail: 'The body is not valid JSON in UTF-8.',
    repeat: false,
  },
  invalid_body: {
    status: 400,
    title: 'Invalid body',
    detail: 'The body does not have the form that this call takes; `errors` names each place.',
    repeat: false,
  },
  invalid_query: {
    status: 400,
    title: 'Invalid query',
    detail: 'A query parameter does not have the form that this call takes; `errors` names each one.',
    repeat: false,
  },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    detail: 'Send a valid, unexpired token of the host product as `Authorization: Bearer`.',
    repeat: false,
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    detail: "The token's roles do not allow this call.",
    repeat: false,
  },
  not_found: {
    status: 404,
    title: 'Not found',
    detail: 'There is nothing under this id, or it is not yours.',
    repeat: false,
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    detail: 'The body is larger than 1 MB.',
    repeat: false,
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'Send the body as application/json.',
    repeat: false,
  },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: 'Something failed on our side. Send the request again; give the correlation id if it stays so.',
    repeat: true,
  },
  database_unavailable: {
    status: 503,
    title: 'The database is out of reach',
    detail: 'Nothing was done. Send the same request again after the time in Retry-After.',
    repeat: true,
  },
  host_keys_unavailable: {
    status: 503,
    title: "The host product's keys are out of reach",
    detail:
      "The token could not be checked because the host product's public keys can't be fetched. Send the request again.",
    repeat: true,
  },
} as const satisfies ProblemCatalogue;

/** A service's own codes beside those that every call can answer. */
export function defineProblems(own: ProblemCatalogue): ProblemCatalogue {
  return { ...baseProblems, ...own };
}
