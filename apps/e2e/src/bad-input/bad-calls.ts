import { randomUUID } from 'node:crypto';
import type { CallOptions } from '../people/caller.js';

/** Calls that are answered alike. */
interface Group {
  /** Whose token it bears. */
  who: string;
  call: string;
  status: number;
  code: string;
  inputs: Record<string, CallOptions>;
}

export interface BadCall extends Omit<Group, 'inputs'> {
  what: string;
  options: CallOptions;
}

export const badTokens = [
  'nobody',
  'expired',
  'signed by somebody else',
  'for another audience',
  'of a pipeline that is an administrator too',
  'of no role',
] as const;

const post = 'POST /jobs/v1/jobs';
const connect = 'POST /auth/v1/connections/dynamics';
const choose = 'PUT /auth/v1/connections/dynamics/environment';
const change = 'PATCH /policy/v1/tools/create_task';

export const input = { fields: { subject: 'Never' } };
const create = { id: 'a1', tool: 'create_task', input };
const updateOf = (fromAction: string) => ({ id: { fromAction }, fields: { subject: 'Never' } });
export const jobOf = (...actions: unknown[]) => ({ userId: 'rep', meetingId: 'm', actions });

const keyed = (options: CallOptions): CallOptions => ({
  ...options,
  headers: { 'idempotency-key': randomUUID(), ...options.headers },
});
const job = (...actions: unknown[]): CallOptions => keyed({ body: jobOf(...actions) });
const fields = (content: object): CallOptions => job({ ...create, input: { fields: content } });
const anyVersion = { 'if-match': '*' };
const invalidBody = { status: 400, code: 'invalid_body' };
const invalidJson = { status: 400, code: 'invalid_json' };

const groups: Group[] = [
  {
    who: 'pipeline',
    call: post,
    ...invalidBody,
    inputs: {
      'an unknown field of a job': keyed({ body: { ...jobOf(create), colour: 'red' } }),
      'an unknown field of an action': job({ ...create, colour: 'red' }),
      'an unknown field of an input': job({ ...create, input: { ...input, colour: 'red' } }),
      'actions that are no list': keyed({ body: { ...jobOf(), actions: 'all' } }),
      'no actions': job(),
      'a number as the user': keyed({ body: { ...jobOf(create), userId: 7 } }),
      'a nested object as a value': fields({ subject: { $gt: '' } }),
      'an annotation as a column': fields({ 'x@odata.bind': '/accounts(1)' }),
      'an action id with a blank': job({ ...create, id: 'a 1' }),
      'a malformed tool key': job({ ...create, tool: 'delete_task' }),
      'an input of another operation': job({ ...create, tool: 'read_task' }),
      'one id for two actions': job(create, create),
      'a `fromAction` of no action of the job': job({ id: 'a1', tool: 'update_task', input: updateOf('a9') }),
      'an `after` of no action of the job': job({ ...create, after: ['a9'] }),
      'an action that waits for itself': job({ ...create, after: ['a1'] }),
      'a cycle in `after`': job({ ...create, after: ['a2'] }, { ...create, id: 'a2', after: ['a1'] }),
      'a cycle in `fromAction`': job(
        { id: 'a1', tool: 'update_task', input: updateOf('a2') },
        { id: 'a2', tool: 'update_task', input: updateOf('a1') },
      ),
      'a cycle through both': job(
        { ...create, after: ['a2'] },
        { id: 'a2', tool: 'update_task', input: updateOf('a1') },
      ),
    },
  },
  {
    who: 'pipeline',
    call: post,
    status: 413,
    code: 'body_too_large',
    inputs: { 'a body over 1 MB': fields({ subject: 'x'.repeat(1024 * 1024) }) },
  },
  { who: 'pipeline', call: post, ...invalidJson, inputs: { 'invalid JSON for a job': keyed({ raw: '{"userId":' }) } },
  { who: 'user', call: connect, ...invalidJson, inputs: { 'invalid JSON for a sign-in': { raw: '{' } } },
  {
    who: 'admin',
    call: change,
    ...invalidJson,
    inputs: { 'invalid JSON for a tool': { raw: '{', headers: anyVersion } },
  },
  {
    who: 'pipeline',
    call: post,
    status: 415,
    code: 'unsupported_media_type',
    inputs: {
      'a form': keyed({ raw: 'userId=rep', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    },
  },
  {
    who: 'pipeline',
    call: post,
    status: 400,
    code: 'idempotency_key_required',
    inputs: {
      'no key of idempotency': { body: jobOf(create) },
      'a key of 201 characters': { body: jobOf(create), headers: { 'idempotency-key': 'k'.repeat(201) } },
    },
  },
  {
    who: 'user',
    call: connect,
    ...invalidBody,
    inputs: {
      'an unknown field of a sign-in': { body: { colour: 'red' } },
      'a way back to another origin': { body: { returnTo: 'https://elsewhere.example/' } },
    },
  },
  {
    who: 'user',
    call: choose,
    ...invalidBody,
    inputs: {
      'an unknown field of a choice': { body: { environmentId: randomUUID(), colour: 'red' } },
      'an environment that is no id': { body: { environmentId: 'Contoso' } },
    },
  },
  {
    who: 'user',
    call: choose,
    status: 409,
    code: 'environment_unknown',
    inputs: { 'an environment that nobody has': { body: { environmentId: randomUUID() } } },
  },
  {
    who: 'admin',
    call: change,
    ...invalidBody,
    inputs: {
      'an unknown field of a tool': { body: { colour: 'red' }, headers: anyVersion },
      'a permission that is none': { body: { permission: 'maybe' }, headers: anyVersion },
    },
  },
  {
    who: 'admin',
    call: change,
    status: 428,
    code: 'precondition_required',
    inputs: { 'no If-Match': { body: { permission: 'ask' } } },
  },
  {
    who: 'admin',
    call: change,
    status: 412,
    code: 'precondition_failed',
    inputs: { 'an If-Match of yesterday': { body: { permission: 'ask' }, headers: { 'if-match': '"yesterday"' } } },
  },
  {
    who: 'admin',
    call: 'GET /policy/v1/tools/delete_task',
    status: 404,
    code: 'not_found',
    inputs: { 'a malformed tool key in an address': {} },
  },
  ...mayNot('user', post),
  ...mayNot('admin', post),
  ...mayNot('pipeline', connect),
  ...mayNot('admin', choose),
  ...mayNot('user', change),
  ...mayNot('pipeline', change),
  ...badTokens.flatMap((who) => [post, connect, change].map((call) => notKnown(who, call))),
];

function goodInput(call: string): CallOptions {
  if (call === post) return job(create);
  if (call === change) return { body: { permission: 'ask' }, headers: anyVersion };
  return { body: call === choose ? { environmentId: randomUUID() } : {} };
}

function mayNot(who: string, call: string): Group[] {
  return [{ who, call, status: 403, code: 'forbidden', inputs: { 'a role that may not': goodInput(call) } }];
}

function notKnown(who: string, call: string): Group {
  return { who, call, status: 401, code: 'unauthenticated', inputs: { 'a token that is not good': goodInput(call) } };
}

export const badCalls: BadCall[] = groups.flatMap(({ inputs, ...group }) =>
  Object.entries(inputs).map(([what, options]) => ({ what, options, ...group })),
);
