import {
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';
import { type z } from 'zod';
import { KeyCache, type SignatureAlgorithm } from './key-cache.js';

export type RefusalCode = 'malformed' | 'signature' | 'expired' | 'audience' | 'type' | 'claims';

/** A statement that must not be acted on, today or later. */
export class SignatureRefused extends Error {
  override readonly name = 'SignatureRefused';

  constructor(
    readonly code: RefusalCode,
    options?: ErrorOptions,
  ) {
    super(`The signed statement is refused: ${code}`, options);
  }
}

export interface VerifierOptions {
  /** Fetches the issuer's public keys. */
  keys: () => Promise<JSONWebKeySet>;
  issuer: string;
  audience: string;
  typ: string;
  clockToleranceSeconds?: number;
  /** Statements whose age counts (`iat`) instead of their end: these need no `exp`. */
  maxAgeSeconds?: number;
  /** EdDSA alone unless the issuer is somebody else's. */
  algorithms?: SignatureAlgorithm[];
}

export interface Verifier {
  /** @throws SignatureRefused, or KeysUnavailable when the issuer's keys can't be had now */
  verify<S extends z.ZodType>(jws: string, claims: S): Promise<z.output<S>>;
}

const LONGEST_JWS = 1024 * 1024;

/** Verifies compact JWS of one issuer, audience and kind; keeps the issuer's keys and asks again for an unknown `kid`. */
export function createVerifier(options: VerifierOptions): Verifier {
  const cache = new KeyCache(options.keys);
  const expected = verifyOptions(options);
  return {
    verify: async (jws, claims) => {
      const kid = kidOf(jws);
      const key = await cache.find(kid);
      if (key === undefined) throw new SignatureRefused('signature');
      const payload = await jwtVerify(jws, key, expected).then(
        (verified) => verified.payload,
        (error: unknown) => Promise.reject(new SignatureRefused(refusalOf(error))),
      );
      return claimsOf(payload, claims);
    },
  };
}

function verifyOptions({ issuer, audience, typ, maxAgeSeconds, ...rest }: VerifierOptions): JWTVerifyOptions {
  return {
    issuer,
    audience,
    typ,
    algorithms: rest.algorithms ?? ['EdDSA'],
    clockTolerance: rest.clockToleranceSeconds ?? 5,
    requiredClaims: maxAgeSeconds === undefined ? ['exp', 'iat'] : ['iat'],
    ...(maxAgeSeconds === undefined ? {} : { maxTokenAge: maxAgeSeconds }),
  };
}

function kidOf(jws: string): string {
  if (jws.length > LONGEST_JWS) throw new SignatureRefused('malformed');
  try {
    const { kid } = decodeProtectedHeader(jws);
    if (typeof kid === 'string') return kid;
  } catch {
    throw new SignatureRefused('malformed');
  }
  throw new SignatureRefused('malformed');
}

function claimsOf<S extends z.ZodType>(payload: JWTPayload, claims: S): z.output<S> {
  const result = claims.safeParse(payload);
  if (!result.success) throw new SignatureRefused('claims', { cause: result.error });
  return result.data;
}

function refusalOf(error: unknown): RefusalCode {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return BY_CLAIM[error.claim] ?? 'claims';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  return 'signature';
}

const BY_CLAIM: Readonly<Record<string, RefusalCode>> = { aud: 'audience', typ: 'type' };
