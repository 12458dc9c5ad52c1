import { describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.js';

describe('eventually', () => {
  it('answers as soon as the probe does, also with a falsy value', async () => {
    const answers = [undefined, undefined, 0];
    expect(await eventually(() => Promise.resolve(answers.shift()))).toBe(0);
  });

  it('passes over errors, and gives the last one as the cause when time is over', async () => {
    const broken = new Error('not there yet');
    const failure = eventually(() => Promise.reject(broken), { timeoutMs: 30 });
    await expect(failure).rejects.toMatchObject({ message: 'It has not happened in time.', cause: broken });
  });
});
