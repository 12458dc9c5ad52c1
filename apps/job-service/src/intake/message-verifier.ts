import { jobMessageClaims, jobMessageJws, type JobMessageClaims } from '@bliro/contract/crm';
import { createVerifier, type JSONWebKeySet, type Verifier } from '@bliro/signing';
import { z } from 'zod';
import { storableJob } from './storable-job.js';

const FETCH_TIMEOUT_MS = 3_000;

const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
const storableClaims = jobMessageClaims.pipe(
  z.object({ org: z.string(), idempotencyKey: z.string(), job: storableJob }),
);

/** Checks that a message of `crm-jobs` is the host product's pipeline's, is for us, and is at most 24 hours old. */
export class MessageVerifier {
  private readonly verifier: Verifier;

  constructor(options: { issuer: string; jwksUrl: string }) {
    const { audience, typ, maxAgeSeconds } = jobMessageJws;
    this.verifier = createVerifier({
      keys: () => fetchKeys(options.jwksUrl),
      issuer: options.issuer,
      audience,
      typ,
      maxAgeSeconds,
      algorithms: ['EdDSA', 'ES256', 'RS256'],
    });
  }

  /** @throws SignatureRefused for good, or KeysUnavailable for now */
  verify(jws: string): Promise<JobMessageClaims> {
    return this.verifier.verify(jws, storableClaims);
  }
}

async function fetchKeys(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`the pipeline's keys were answered with ${response.status}`);
  return jwks.parse(await response.json());
}
