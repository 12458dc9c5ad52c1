import { expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { correlationId, newCorrelationId, runWithCorrelation } from './correlation.js';

test('the id follows what was started under it, and nothing else', async () => {
  const seen = async (): Promise<string | undefined> => {
    await setImmediate();
    return correlationId();
  };
  const both = await Promise.all([runWithCorrelation('first-one', seen), runWithCorrelation('second-one', seen)]);
  expect([...both, correlationId()]).toEqual(['first-one', 'second-one', undefined]);
});

test.each(['meeting-42', '0f0e0d0c-0b0a-4908-8706-050403020100'])('an incoming id %s is taken', (id) => {
  expect(newCorrelationId(id)).toBe(id);
});

test.each([undefined, '', 'short', 'with space', '"quoted"', 'line\nbreak', 'x'.repeat(65)])('%j is replaced', (id) => {
  expect(newCorrelationId(id)).toMatch(/^[0-9a-f-]{36}$/);
});
