import { fileURLToPath } from 'node:url';
import type { AccessTokensReply, AccessTokensRequest } from './access-token.js';
import type { EventsSinceReply, EventsSinceRequest } from './event.js';

export const authProto = {
  package: 'auth',
  service: 'Auth',
  path: fileURLToPath(new URL('./auth.proto', import.meta.url)),
};

export interface AuthService {
  accessTokens(request: AccessTokensRequest): Promise<AccessTokensReply>;
  eventsSince(request: EventsSinceRequest): Promise<EventsSinceReply>;
}
