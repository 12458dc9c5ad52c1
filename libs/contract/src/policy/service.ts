import { fileURLToPath } from 'node:url';
import type { EventsSinceReply, EventsSinceRequest } from '../event.js';
import type { DecideReply, DecideRequest } from './decision.js';

export const policyProto = {
  package: 'policy',
  service: 'Policy',
  path: fileURLToPath(new URL('./policy.proto', import.meta.url)),
};

export interface PolicyService {
  decide(request: DecideRequest): Promise<DecideReply>;
  keys(request: Record<string, never>): Promise<{ jwksJson: string }>;
  eventsSince(request: EventsSinceRequest): Promise<EventsSinceReply>;
}
