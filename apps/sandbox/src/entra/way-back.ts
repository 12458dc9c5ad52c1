import { EntraFailure } from './failure.js';

const modes = ['query', 'fragment', 'form_post'] as const;
export type ResponseMode = (typeof modes)[number];

/** Where the answer to an authorization request goes, and how. */
export interface Return {
  redirectUri: string;
  mode: ResponseMode;
  state: string | undefined;
}

/** An answer on its way; `form` is what a page of ours posts there, in `form_post` only. */
export interface WayBack {
  location: string;
  form?: Record<string, string>;
}

export function readResponseMode(query: URLSearchParams): ResponseMode {
  const given = query.get('response_mode') ?? 'query';
  const mode = modes.find((known) => known === given);
  if (mode) return mode;
  throw EntraFailure.of(
    70007,
    `'${given.slice(0, 60)}' is not a supported value of 'response_mode' when requesting a token.`,
  );
}

export function wayBack({ redirectUri, mode, state }: Return, parameters: Record<string, string | undefined>): WayBack {
  const given = Object.entries({ ...parameters, state }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  if (mode === 'form_post') return { location: redirectUri, form: Object.fromEntries(given) };
  const url = new URL(redirectUri);
  if (mode === 'fragment') url.hash = new URLSearchParams(given).toString();
  else for (const [name, value] of given) url.searchParams.set(name, value);
  return { location: url.href };
}

export function failureBack(back: Return, failure: EntraFailure): WayBack {
  return wayBack(back, {
    error: failure.oauthError,
    error_description: failure.description,
    error_uri: failure.uri,
  });
}
