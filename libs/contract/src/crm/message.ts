import { z } from 'zod';
import { jobRequest } from './job.js';

/** A signed message of the queue `crm-jobs`: the body of `POST /jobs/v1/jobs` plus `org` and `idempotencyKey`, at most 24 hours old. */
export const jobMessageJws = { audience: 'crm-jobs', typ: 'crm-job+jwt', maxAgeSeconds: 24 * 3600 } as const;

export const idempotencyKey = z.string().min(1).max(200);

const registeredClaims = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'];

/** The claims of a message's payload as `{ org, idempotencyKey, job }`; the job is as strict as over HTTP. */
export const jobMessageClaims = z
  .record(z.string(), z.unknown())
  .transform(({ org, idempotencyKey: key, ...rest }) => ({
    org,
    idempotencyKey: key,
    job: Object.fromEntries(Object.entries(rest).filter(([name]) => !registeredClaims.includes(name))),
  }))
  .pipe(z.object({ org: z.string().min(1).max(200), idempotencyKey, job: jobRequest }));
export type JobMessageClaims = z.output<typeof jobMessageClaims>;
