import { randomUUID } from 'node:crypto';
import { isGuid } from '../stable-id.js';
import { isKnown, knownErrors, type KnownError, type KnownNumber } from './known-errors.js';

/** What a refusal by policy asks the next sign-in to pass on; the policy's id is made up. */
export const CLAIMS_CHALLENGE = JSON.stringify({
  access_token: { capolids: { essential: true, values: ['b2f5c9a1-6d1f-4a0e-9c53-5a4d6f7e8b90'] } },
});

/** An error as Entra words it: an OAuth code, and an AADSTS number with a sentence. */
export class EntraFailure extends Error {
  override readonly name = 'EntraFailure';
  readonly traceId = randomUUID();
  readonly at = new Date();
  private correlation: string = randomUUID();

  private constructor(
    readonly number: number,
    readonly known: KnownError,
  ) {
    super(`AADSTS${number}: ${known.sentence}`);
  }

  /** @param sentence where the table's own doesn't name who or what */
  static of(number: KnownNumber, sentence: string = knownErrors[number].sentence): EntraFailure {
    return new EntraFailure(number, { ...knownErrors[number], sentence });
  }

  /** Any number, also one that the table lacks; that is an `invalid_grant` without more. */
  static numbered(number: number): EntraFailure {
    if (isKnown(number)) return EntraFailure.of(number);
    return new EntraFailure(number, { error: 'invalid_grant', sentence: 'Something went wrong.' });
  }

  /** The same under another OAuth error, as where nobody may be asked. */
  as(error: string): EntraFailure {
    return new EntraFailure(this.number, { ...this.known, error });
  }

  get oauthError(): string {
    return this.known.error;
  }

  get status(): number {
    return this.known.status ?? 400;
  }

  get correlationId(): string {
    return this.correlation;
  }

  /** Takes the client's own id of its request, where it is a GUID. */
  correlate(id: string | null | undefined): this {
    if (id && isGuid(id)) this.correlation = id;
    return this;
  }

  /** `YYYY-MM-DD HH:MM:SSZ`, as Entra prints it. */
  get timestamp(): string {
    return `${this.at.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  }

  get description(): string {
    return (
      `${this.message} Trace ID: ${this.traceId} Correlation ID: ${this.correlationId} ` +
      `Timestamp: ${this.timestamp}`
    );
  }

  get uri(): string {
    return `https://login.microsoftonline.com/error?code=${this.number}`;
  }

  /** What the token endpoint answers. */
  body(): Record<string, unknown> {
    const { suberror, challenge } = this.known;
    return {
      error: this.oauthError,
      error_description: this.description,
      error_codes: [this.number],
      timestamp: this.timestamp,
      trace_id: this.traceId,
      correlation_id: this.correlationId,
      error_uri: this.uri,
      ...(suberror === undefined ? {} : { suberror }),
      ...(challenge === undefined ? {} : { claims: CLAIMS_CHALLENGE }),
    };
  }
}

export function missingParameter(name: string): EntraFailure {
  return EntraFailure.of(900144, `The request body must contain the following parameter: '${name}'.`);
}

export function unknownTenant(segment: string): EntraFailure {
  return EntraFailure.of(
    90002,
    `Tenant '${segment.slice(0, 100)}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  );
}

export function unknownClient(clientId: string, segment: string): EntraFailure {
  return EntraFailure.of(
    700016,
    `Application with identifier '${clientId.slice(0, 100)}' was not found in the directory '${segment.slice(0, 100)}'.`,
  );
}

export function consentRequired(clientId: string, clientName: string): EntraFailure {
  return EntraFailure.of(
    65001,
    `The user or administrator has not consented to use the application with ID '${clientId}' named '${clientName}'. Send an interactive authorization request for this user and resource.`,
  );
}
