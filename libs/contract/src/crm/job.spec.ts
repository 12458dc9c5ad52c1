import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { inputForms } from './input.js';
import { jobMessageClaims, jobRequest } from './job.js';

const action = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  tool: 'create_task',
  input: { fields: { subject: 'Send the quote' } },
  ...more,
});
const job = (...actions: unknown[]) => ({ userId: 'rep', meetingId: 'm-1', actions });
const problems = (body: unknown): string[] =>
  (jobRequest.safeParse(body).error?.issues ?? []).map((issue) => `${issue.path.join('/')}: ${issue.message}`);

describe('a job request', () => {
  it('takes what surface.md describes', () => {
    const body = job(
      action('a1'),
      action('a2', { tool: 'update_task', input: { id: { fromAction: 'a1' }, fields: { description: null } } }),
      action('a3', {
        tool: 'read_task',
        input: { where: { subject: 'x' }, columns: ['subject'], top: 5 },
        after: ['a2'],
      }),
      action('a4', {
        input: { fields: { regardingobjectid: { table: 'account', id: '0f8fad5b-d9cb-469f-a165-70867728950e' } } },
      }),
    );
    expect(problems(body)).toEqual([]);
  });

  it.each([
    ['an unknown field', { ...job(action('a1')), colour: 'red' }],
    ['a malformed tool key', job(action('a1', { tool: 'delete_task' }))],
    ['an action id with a blank', job(action('a 1'))],
    ['no action', job()],
    ['an input of the wrong operation', job(action('a1', { input: { id: '0f8fad5b-d9cb-469f-a165-70867728950e' } }))],
    ['an OData annotation as a column', job(action('a1', { input: { fields: { 'x@odata.bind': '/accounts(1)' } } }))],
    ['a nested object of another form', job(action('a1', { input: { fields: { subject: { $gt: '' } } } }))],
    ['the same id twice', job(action('a1'), action('a1'))],
    ['a reference to an action that is not in the job', job(action('a1', { after: ['nobody'] }))],
    ['a cycle in after', job(action('a1', { after: ['a2'] }), action('a2', { after: ['a1'] }))],
    [
      'a cycle through after and fromAction',
      job(
        action('a1', { after: ['a2'] }),
        action('a2', { tool: 'update_task', input: { id: { fromAction: 'a1' }, fields: { subject: 'x' } } }),
      ),
    ],
    ['a NUL in an id', { ...job(action('a1')), userId: 'a\u0000b' }],
    ['half a surrogate pair', job(action('a1', { input: { fields: { subject: '\ud800' } } }))],
    ['half a surrogate pair in a key', job(action('a1', { input: { fields: { '\udc00': 'x' } } }))],
    ['an action that waits for itself', job(action('a1', { after: ['a1'] }))],
  ])('refuses %s', (_what, body) => {
    expect(problems(body)).not.toEqual([]);
  });

  it('refuses an input that is nested without end', () => {
    const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000));
    expect(problems(job(action('a1', { input: { fields: { subject: deep } } })))).not.toEqual([]);
  });

  it('says where the mistake is', () => {
    expect(problems(job(action('a1', { input: { fields: { 'a.b': 1 } } })))[0]).toMatch(/^actions\/0\/input\/fields/);
  });

  it('tells in its JSON Schema which fields each form of an input has', () => {
    const { properties } = z.toJSONSchema(jobRequest, { unrepresentable: 'any' });
    const description = JSON.stringify(properties?.['actions']);
    for (const [operation, form] of Object.entries(inputForms)) {
      const line = new RegExp(`\\* ${operation}: (.*?)\\\\n`).exec(description)?.[1] ?? '';
      const forms = 'options' in form ? form.options : [form];
      const told = forms.map(({ shape }) =>
        Object.entries(shape).map(([name, field]) => name + (field.safeParse(undefined).success ? '?' : '')),
      );
      expect(line).toBe(told.map((names) => `\`{${names.join(', ')}}\``).join(' or '));
    }
  });
});

describe('a job message', () => {
  it('is the body with org and idempotencyKey beside the registered claims', () => {
    const claims = {
      ...job(action('a1')),
      org: 'contoso',
      idempotencyKey: 'k',
      iss: 'x',
      aud: 'crm-jobs',
      iat: 1,
      exp: 2,
    };
    expect(jobMessageClaims.parse(claims)).toEqual({ org: 'contoso', idempotencyKey: 'k', job: job(action('a1')) });
  });

  it('is refused with a claim that nobody knows', () => {
    const claims = { ...job(action('a1')), org: 'contoso', idempotencyKey: 'k', colour: 'red' };
    expect(jobMessageClaims.safeParse(claims).success).toBe(false);
  });
});
