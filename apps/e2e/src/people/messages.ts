import { decodeJwt, decodeProtectedHeader } from 'jose';
import { forged } from '../system/tokens.js';

type Sign = (job: unknown, key?: string, more?: { ageSeconds: number }) => Promise<string>;

export interface Refused {
  reason: string;
  /** From a message that would be accepted, or signed as the host product would. */
  make: (good: string, sign: Sign) => string | Promise<string>;
}

/** Messages of `crm-jobs` that must not become jobs. */
export const refusedMessages: Record<string, Refused> = {
  'no JWS': { reason: 'malformed', make: () => 'Please create a task.' },
  unsigned: {
    reason: 'signature',
    make: (good) => {
      const header = { ...decodeProtectedHeader(good), alg: 'none' };
      return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${good.split('.')[1] ?? ''}.`;
    },
  },
  'forged with another key': { reason: 'signature', make: (good) => forged(good) },
  'changed after it was signed': {
    reason: 'signature',
    make: (good) => {
      const [header, , signature] = good.split('.');
      const claims = { ...decodeJwt(good), org: 'another-organization' };
      return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    },
  },
  'older than a day': {
    reason: 'expired',
    make: (good, sign) => sign(jobOf(good), 'too-old', { ageSeconds: 24 * 3600 + 60 }),
  },
  malformed: { reason: 'claims', make: (good, sign) => sign({ ...jobOf(good), colour: 'red' }) },
  'of a job with a cycle': {
    reason: 'claims',
    make: (_good, sign) => {
      const input = { fields: { subject: 'Never' } };
      const actions = [
        { id: 'a1', tool: 'create_task', input, after: ['a2'] },
        { id: 'a2', tool: 'create_task', input, after: ['a1'] },
      ];
      return sign({ userId: 'rep', meetingId: 'm', actions });
    },
  },
};

function jobOf(message: string): object {
  const { userId, meetingId, actions } = decodeJwt(message);
  return { userId, meetingId, actions };
}
