import { EntraFailure } from './failure.js';

/** What the `claims` parameter asks for. */
export interface ClaimsAsked {
  /** A challenge is passed on: the sign-in has to be a strong one. */
  stronger: boolean;
  /** Claims of the id token, by name. */
  idToken: readonly string[];
}

/**
 * @param text JSON as OpenID Connect Core 5.5 has it
 * @throws EntraFailure for anything else (which number Entra gives then is a guess)
 */
export function readClaims(text: string | null): ClaimsAsked {
  if (text === null || text === '') return { stronger: false, idToken: [] };
  const asked = parsed(text);
  const part = (name: string): string[] => {
    const members = asked[name] ?? {};
    if (!isObject(members)) throw invalid();
    return Object.keys(members);
  };
  // `xms_cc` says what the client can do and is no challenge.
  return { stronger: part('access_token').some((name) => name !== 'xms_cc'), idToken: part('id_token') };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    throw invalid();
  }
  throw invalid();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(): EntraFailure {
  return EntraFailure.of(90013, "Invalid input received from the user: the value of 'claims' is not valid.");
}
