import { fileURLToPath } from 'node:url';
import type { EventsSinceReply, EventsSinceRequest } from '../event.js';
import type {
  AccessTokensReply,
  AccessTokensRequest,
  MetadataTokenReply,
  MetadataTokenRequest,
} from './access-token.js';

export const authProto = {
  package: 'auth',
  service: 'Auth',
  path: fileURLToPath(new URL('./auth.proto', import.meta.url)),
};

export interface AuthService {
  accessTokens(request: AccessTokensRequest): Promise<AccessTokensReply>;
  metadataToken(request: MetadataTokenRequest): Promise<MetadataTokenReply>;
  eventsSince(request: EventsSinceRequest): Promise<EventsSinceReply>;
}
