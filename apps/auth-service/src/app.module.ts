import { callerModule } from '@bliro/http';
import { type DynamicModule, type Provider } from '@nestjs/common';
import type { AuthConfig } from './config.js';
import { ConnectionController } from './connection/connection.controller.js';
import { ConsentController } from './consent/consent.controller.js';
import { EnvironmentController } from './environment/environment.controller.js';
import type { Parts } from './parts.js';
import { AuthRpcController } from './token/token.controller.js';

/** Table of contents: what this service answers, and which parts answer it. */
export class AppModule {
  static of(config: AuthConfig, parts: Parts): DynamicModule {
    const providers: Provider[] = parts.forControllers.map((part) => ({ provide: part.constructor, useValue: part }));
    return {
      module: AppModule,
      imports: [
        callerModule({ issuer: config.HOST_ISSUER, audience: config.HOST_AUDIENCE, jwksUrl: config.HOST_JWKS_URL }),
      ],
      controllers: [ConnectionController, ConsentController, EnvironmentController, AuthRpcController],
      providers,
    };
  }
}
