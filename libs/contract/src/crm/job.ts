import { z } from 'zod';
import { toolKey } from '../policy/tool.js';
import { actionId, brokenText, inputFormOf, referencedActions } from './input.js';

/** An id of the host product's; PostgreSQL takes no NUL for text. */
export const hostId = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !text.includes('\u0000'), 'a NUL character is not allowed here');

/** Its form depends on the tool, which a JSON Schema of one field can't say. */
const actionInput = z.unknown().meta({
  description: [
    'By the operation of the tool:',
    '* create: `{fields}`',
    '* update: `{id, fields, ifUnchangedSince?}`',
    '* read: `{id, columns?}` or `{where, columns?, top?}`',
    '',
    '`fields` and `where` map columns to values. `{"fromAction": "<id of an action>"}` stands for the record of another action of the job, ' +
      'as `id`, as a value, or as the `id` of a lookup `{table, id}`. `ifUnchangedSince` is a date-time with its offset.',
  ].join('\n'),
});

const jobAction = z
  .strictObject({ id: actionId, tool: toolKey, input: actionInput, after: z.array(actionId).max(50).optional() })
  .superRefine((action, context) => {
    const form = inputFormOf(action.tool)?.safeParse(action.input);
    for (const issue of form?.error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: ['input', ...issue.path], message: issue.message });
    }
  });

/** The body of `POST /jobs/v1/jobs`: what the meeting pipeline asks for after one meeting, for one user. */
export const jobRequest = z
  .strictObject({ userId: hostId, meetingId: hostId, actions: z.array(jobAction).min(1).max(100) })
  .superRefine((job, context) => {
    for (const { index, message } of wrongReferences(job.actions)) {
      context.addIssue({ code: 'custom', path: ['actions', index], message });
    }
    for (const path of brokenText(job)) {
      context.addIssue({ code: 'custom', path, message: 'the text has half a surrogate pair in it' });
    }
  });

export type JobRequest = z.infer<typeof jobRequest>;
export type JobAction = JobRequest['actions'][number];

/** The actions that must have succeeded before this one may start: `after`, and whose records its input stands for. */
export function dependenciesOf(action: { input: unknown; after?: string[] | undefined }): string[] {
  return [...new Set([...(action.after ?? []), ...referencedActions(action.input)])];
}

function wrongReferences(actions: readonly JobAction[]): { index: number; message: string }[] {
  const wrong: { index: number; message: string }[] = [];
  const known = new Map(actions.map((action) => [action.id, dependenciesOf(action)]));
  actions.forEach((action, index) => {
    if (actions.findIndex((other) => other.id === action.id) !== index)
      wrong.push({ index, message: `the id ${action.id} is used twice` });
    for (const id of dependenciesOf(action)) {
      if (!known.has(id)) wrong.push({ index, message: `there is no action ${id} in this job` });
    }
    if (reaches(known, action.id)) wrong.push({ index, message: `the action ${action.id} would wait for itself` });
  });
  return wrong;
}

function reaches(known: ReadonlyMap<string, string[]>, start: string): boolean {
  const seen = new Set<string>();
  const open = [...(known.get(start) ?? [])];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === start) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(known.get(id) ?? []));
  }
  return false;
}

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
