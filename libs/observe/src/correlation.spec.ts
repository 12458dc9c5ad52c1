import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import {
  belongsTo,
  contextOfRequest,
  correlationId,
  newCorrelationId,
  runForOrganization,
  runRequest,
  runWithCorrelation,
  workContext,
} from './correlation.js';

test('the id follows what was started under it, and nothing else', async () => {
  const seen = async (): Promise<string | undefined> => {
    await setImmediate();
    return correlationId();
  };
  const both = await Promise.all([runWithCorrelation('first-one', seen), runWithCorrelation('second-one', seen)]);
  expect([...both, correlationId()]).toEqual(['first-one', 'second-one', undefined]);
});

test('the organization is known from when it was said, to all of that work and to no other', async () => {
  const work = (id: string, organization: string) =>
    runWithCorrelation(id, async () => {
      await setImmediate();
      belongsTo(organization);
      await setImmediate();
      return workContext();
    });
  expect(await Promise.all([work('first-one', 'contoso'), work('second-one', 'fabrikam')])).toEqual([
    { correlationId: 'first-one', organization: 'contoso' },
    { correlationId: 'second-one', organization: 'fabrikam' },
  ]);
  belongsTo('nobody');
  expect(workContext()).toEqual({});
});

test('what is started for another organization goes on under the same id, and is that one’s alone', () => {
  const inner = (): unknown => runForOrganization('fabrikam', workContext);
  const outer = runForOrganization('contoso', () => runWithCorrelation('first-one', () => [inner(), workContext()]));
  expect(outer).toEqual([
    { correlationId: 'first-one', organization: 'fabrikam' },
    { correlationId: 'first-one', organization: 'contoso' },
  ]);
});

test('all parts of a request know whose it is', () => {
  const request = {};
  runRequest(request, 'first-one', () => belongsTo('contoso'));
  const known = { correlationId: 'first-one', organization: 'contoso' };
  expect([runRequest(request, 'first-one', workContext), contextOfRequest(request)]).toEqual([known, known]);
});

test.each(['meeting-42', '0f0e0d0c-0b0a-4908-8706-050403020100'])('an incoming id %s is taken', (id) => {
  expect(newCorrelationId(id)).toBe(id);
});

test.each([undefined, '', 'short', 'with space', '"quoted"', 'line\nbreak', 'x'.repeat(65)])('%j is replaced', (id) => {
  expect(newCorrelationId(id)).toMatch(/^[0-9a-f-]{36}$/);
});
