import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { inputErrors } from './validation.js';

const schema = z.strictObject({
  input: z.union([
    z.strictObject({ fields: z.record(z.string(), z.string()) }),
    z.strictObject({ id: z.uuid(), top: z.int() }),
  ]),
  names: z.array(z.string()).max(100),
});

const errorsOf = (value: unknown) => inputErrors(schema.safeParse(value).error?.issues ?? []);

describe('inputErrors', () => {
  test('of several forms the nearest is explained', () => {
    expect(errorsOf({ input: { fields: { subject: 7 } }, names: [] })).toEqual([
      { pointer: '/input/fields/subject', message: 'Invalid input: expected string, received number' },
    ]);
    expect(errorsOf({ input: { fields: {}, colour: 'hunter2' }, names: [] })).toEqual([
      { pointer: '/input/colour', message: 'Unknown field' },
    ]);
  });

  test('the list has an end', () => {
    const names = Array.from({ length: 90 }, () => 0);
    expect(errorsOf({ input: { fields: {} }, names })).toHaveLength(50);
  });

  test('no value of the input is quoted', () => {
    expect(JSON.stringify(errorsOf({ input: 'hunter2', names: 'hunter2', hunter: 'hunter2' }))).not.toContain(
      'hunter2',
    );
  });
});
