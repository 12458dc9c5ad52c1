const REDACTED = '[redacted]';

const SECRET_NAME =
  /(authorization|cookies?|tokens?|secrets?|passwords?|passphrase|assertion|verifier|credentials?|privatekey|jws|jwt|keyring)$/;
/** What a `code` may look like to be an error's code and not an authorization code. */
const ERROR_CODE = /^(?:[A-Z][A-Z0-9_]{0,40}|[a-z]{2,20}(?:_[a-z]{1,20}){0,6}|0x[0-9a-fA-F]{1,8}|[0-9A-Z]{1,5})$/;

const JWT = /eyJ[\w-]{4,}\.[\w-]*(?:\.[\w-]*)*/g;
const SCHEME = /\b(?:(Bearer)\s+[^\s"',;]+|(Basic|PoP)\s+[\w+/.-]{16,}=*)/gi;
const PARAMETER =
  /\b((?:[a-z]+_)?(?:code|token|secret|password|assertion|verifier|nonce|state|claims))(=|%3D)[^&\s"'<>]+/gi;
const USER_INFO = /(\w:\/\/[^\s/:@"']*):[^\s/@"']+@/g;
/** Opaque tokens: no name, hash or id of ours is as long. */
const LONG_RUN = /[\w-]{100,}/g;

/** Takes what may be a secret out of a text: JWTs, Authorization values, OAuth parameters, passwords in URLs. */
export function scrubText(text: string): string {
  return text
    .replace(JWT, REDACTED)
    .replace(SCHEME, `$1$2 ${REDACTED}`)
    .replace(PARAMETER, `$1$2${REDACTED}`)
    .replace(USER_INFO, `$1:${REDACTED}@`)
    .replace(LONG_RUN, REDACTED);
}

/** A copy of a JSON value in which members with a secret's name and secrets in texts are gone. */
export function scrubValue(value: unknown): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (Array.isArray(value)) return value.map(scrubValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, isSecret(name, member) ? REDACTED : scrubValue(member)]),
  );
}

function isSecret(name: string, member: unknown): boolean {
  const bare = name.toLowerCase().replace(/[^a-z]/g, '');
  if (bare === 'code') return typeof member === 'string' && !ERROR_CODE.test(member);
  const holdsNothing = member === null || typeof member === 'number' || typeof member === 'boolean';
  return SECRET_NAME.test(bare) && !holdsNothing;
}

const SUSPICIOUS =
  /eyJ|bearer|basic|pop\b|authorization|cookie|token|secret|passw|passphrase|assertion|verifier|credential|key|jws|jwt|code|state|nonce|claims|:\/\/|[\w-]{100}/i;

/** Scrubs one finished log line, so that bindings, mixins and serialized errors are covered like the rest. */
export function scrubLine(line: string): string {
  if (!SUSPICIOUS.test(line)) return line;
  try {
    return `${JSON.stringify(scrubValue(JSON.parse(line)))}\n`;
  } catch {
    return scrubText(line);
  }
}
