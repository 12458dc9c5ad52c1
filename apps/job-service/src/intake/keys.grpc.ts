import type { CrmService } from '@bliro/contract/crm';
import type { Signer } from '@bliro/signing';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';

export const MANDATE_SIGNER = Symbol('signer of mandates');

/** gRPC `crm.Crm`: what mandates verify with. */
@Controller()
export class KeysController implements CrmService {
  constructor(@Inject(MANDATE_SIGNER) private readonly signer: Signer) {}

  @GrpcMethod('Crm', 'Keys')
  keys(): Promise<{ jwksJson: string }> {
    return Promise.resolve({ jwksJson: JSON.stringify(this.signer.jwks()) });
  }
}
