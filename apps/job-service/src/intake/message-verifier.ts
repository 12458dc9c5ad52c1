import { jobMessageClaims, jobMessageJws, type JobMessageClaims } from '@bliro/contract/crm';
import { createVerifier, keysAt, type Verifier } from '@bliro/signing';

/** Checks that a message of `crm-jobs` is the host product's pipeline's, is for us, and is at most 24 hours old. */
export class MessageVerifier {
  private readonly verifier: Verifier;

  constructor(options: { issuer: string; jwksUrl: string }) {
    const { audience, typ, maxAgeSeconds } = jobMessageJws;
    this.verifier = createVerifier({
      keys: keysAt(options.jwksUrl),
      issuer: options.issuer,
      audience,
      typ,
      maxAgeSeconds,
      algorithms: ['EdDSA', 'ES256', 'RS256'],
    });
  }

  /** @throws SignatureRefused for good, or KeysUnavailable for now */
  verify(jws: string): Promise<JobMessageClaims> {
    return this.verifier.verify(jws, jobMessageClaims);
  }
}
