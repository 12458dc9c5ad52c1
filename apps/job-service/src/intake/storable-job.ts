import { jobRequest } from '@bliro/contract/crm';

interface Mistake {
  path: (string | number)[];
  message: string;
}

/**
 * A job that can be kept as it came: half a surrogate pair has no UTF-8 form and no canonical JSON, and ids with a NUL in them are no
 * text to PostgreSQL.
 */
export const storableJob = jobRequest
  .superRefine((job, context) => {
    for (const { path, message } of mistakesOf(job)) context.addIssue({ code: 'custom', path, message });
  })
  .meta({ id: 'NewJob' });

function mistakesOf(job: { userId: string; meetingId: string }): Mistake[] {
  const ids = (['userId', 'meetingId'] as const)
    .filter((name) => job[name].includes('\u0000'))
    .map((name) => ({ path: [name], message: 'a NUL character is not allowed here' }));
  return [...ids, ...brokenText(job, [])];
}

function brokenText(value: unknown, path: (string | number)[]): Mistake[] {
  if (typeof value === 'string') {
    return value.isWellFormed() ? [] : [{ path, message: 'the text has half a surrogate pair in it' }];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => brokenText(item, [...path, index]));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...brokenText(key, path),
    ...brokenText(item, [...path, key]),
  ]);
}
