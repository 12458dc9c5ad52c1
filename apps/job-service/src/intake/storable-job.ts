import { jobRequest } from '@bliro/contract/crm';

interface Mistake {
  path: string[];
  message: string;
}

const HALF_PAIR = 'the text has half a surrogate pair in it';
// Every form of an input ends before: a deeper place is only ever part of what is refused anyway.
const DEEPEST_PATH = 10;

/**
 * A job that can be kept as it came: half a surrogate pair has no UTF-8 form and no canonical JSON, and ids with a NUL in them are no
 * text to PostgreSQL.
 */
export const storableJob = jobRequest
  .superRefine((job, context) => {
    for (const { path, message } of mistakesOf(job)) context.addIssue({ code: 'custom', path, message });
  })
  .meta({ id: 'JobRequest' });

function mistakesOf(job: { userId: string; meetingId: string }): Mistake[] {
  const ids = (['userId', 'meetingId'] as const)
    .filter((name) => job[name].includes('\u0000'))
    .map((name) => ({ path: [name], message: 'a NUL character is not allowed here' }));
  return [...ids, ...brokenText(job)];
}

/** Not recursive: an input may be nested a hundred thousand times. */
function brokenText(job: unknown): Mistake[] {
  const mistakes: Mistake[] = [];
  const open: { value: unknown; path: string[] }[] = [{ value: job, path: [] }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value, path } = at;
    if (typeof value === 'string' && !value.isWellFormed()) mistakes.push({ path, message: HALF_PAIR });
    if (value === null || typeof value !== 'object') continue;
    for (const [key, item] of Object.entries(value)) {
      if (!key.isWellFormed()) mistakes.push({ path, message: HALF_PAIR });
      open.push({ value: item, path: path.length < DEEPEST_PATH ? [...path, key] : path });
    }
  }
  return mistakes;
}
