import { Injectable } from '@nestjs/common';
import { inputHash, mandateClaims, mandateJws, type CrmService, type MandateClaims } from '@bliro/contract/crm';
import type { Question } from '@bliro/contract/policy';
import { createVerifier, keysOf, SignatureRefused, type Verifier } from '@bliro/signing';

export interface Believed {
  claims: MandateClaims;
  input: unknown;
}

/** Checks that the intake accepted what is asked: its signature, and that the input is the one that it signed for. */
@Injectable()
export class Mandates {
  private readonly verifier: Verifier;

  /** @param crm publishes the keys that mandates verify with */
  constructor(crm: CrmService) {
    const { issuer, audience, typ } = mandateJws;
    this.verifier = createVerifier({ keys: keysOf(crm), issuer, audience, typ });
  }

  /**
   * What the mandate says, or why it isn't believed. Rejects when the keys are out of reach: then nothing can be said about any
   * mandate.
   */
  async check({ mandate, salt, inputJson }: Question): Promise<Believed | { refused: string }> {
    try {
      const claims = await this.verifier.verify(mandate, mandateClaims);
      const input = inputThatHashesTo(claims.input, salt, inputJson);
      return input === undefined ? { refused: 'input' } : { claims, input };
    } catch (error) {
      if (error instanceof SignatureRefused) return { refused: error.code };
      throw error;
    }
  }
}

function inputThatHashesTo(hash: string, salt: string, inputJson: string): unknown {
  try {
    const input: unknown = JSON.parse(inputJson);
    return inputHash(salt, input) === hash ? input : undefined;
  } catch {
    return undefined;
  }
}
