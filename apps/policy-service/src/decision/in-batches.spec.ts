import { describe, expect, it } from '@jest/globals';
import { inBatches } from './in-batches.js';

describe('inBatches', () => {
  it('puts those who come while one runs into the next, in order', async () => {
    const batches: number[][] = [];
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const double = inBatches<number, number>(async (items) => {
      const gate = gates[batches.length];
      batches.push(items);
      await gate?.promise;
      return items.map((item) => item * 2);
    }, 3);
    const first = [double(1), double(2)];
    await Promise.resolve();
    const later = [3, 4, 5, 6].map((item) => double(item));
    for (const gate of gates) gate.resolve();
    expect(await Promise.all([...first, ...later])).toEqual([2, 4, 6, 8, 10, 12]);
    expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('fails those of a failed batch alone', async () => {
    const work = inBatches<string, string>(
      (items) => (items.includes('bad') ? Promise.reject(new Error('no')) : Promise.resolve(items)),
      1,
    );
    const settled = await Promise.allSettled([work('bad'), work('good')]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});
