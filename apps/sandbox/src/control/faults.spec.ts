import { describe, expect, it } from '@jest/globals';
import { Faults, faultSchema, type Occasion } from './faults.js';

const effect = { kind: 'status', status: 503 } as const;
const other = { kind: 'dropAfterCommit' } as const;
const create: Occasion = {
  target: 'dataverse',
  method: 'POST',
  paths: ['/api/data/v9.2/tasks', '/dataverse/contoso/api/data/v9.2/tasks'],
  user: 'ada@contoso.example',
  environment: '7e3b9b4b-59d8-8d00-a3f7-073996d606ef',
};

describe('Faults', () => {
  it.each([
    [{}, true],
    [{ method: 'post' }, true],
    [{ method: 'PATCH' }, false],
    [{ path: '/api/data/v9.2/tasks' }, true],
    [{ path: '/dataverse/contoso' }, true],
    [{ path: '/api/data/v9.2/tasks(' }, false],
    [{ user: 'ADA@contoso.example' }, true],
    [{ user: 'ben@contoso.example' }, false],
    [{ environment: '7E3B9B4B-59D8-8D00-A3F7-073996D606EF' }, true],
    [{ environment: 'c55fd4e3-98e6-8449-a2bb-8f3dd980ae53' }, false],
  ])('with match %j: %p', (match, applies) => {
    const faults = new Faults();
    faults.add({ target: 'dataverse', match, effect });
    expect(faults.take(create)).toEqual(applies ? effect : undefined);
  });

  it('stay with their target', () => {
    const faults = new Faults();
    faults.add({ target: 'discovery', effect });
    expect(faults.take(create)).toBeUndefined();
  });

  it('apply alone, in their order, and end after their times', () => {
    const faults = new Faults();
    faults.add({ target: 'dataverse', effect, times: 2 });
    faults.add({ target: 'dataverse', effect: other, times: 1 });
    expect([1, 2, 3, 4].map(() => faults.take(create))).toEqual([effect, effect, other, undefined]);
  });

  it('pass on what their probability lets by, the same after a reset', () => {
    const faults = new Faults();
    const draw = () => {
      faults.add({ target: 'dataverse', effect, probability: 0.5 });
      const drawn = Array.from({ length: 200 }, () => faults.take(create) !== undefined);
      faults.clear();
      return drawn;
    };
    const first = draw();
    expect(first.filter(Boolean).length).toBeGreaterThan(70);
    expect(first.filter(Boolean).length).toBeLessThan(130);
    expect(draw()).toEqual(first);
  });
});

describe('faultSchema', () => {
  it.each([
    { target: 'mars', effect },
    { target: 'entra', effect: { kind: 'explode' } },
    { target: 'entra', effect: { kind: 'delay' } },
    { target: 'entra', effect: { kind: 'status', status: 200 } },
    { target: 'entra', effect, times: 0 },
    { target: 'entra', effect, match: { colour: 'red' } },
  ])('refuses %j', (given) => {
    expect(faultSchema.safeParse(given).success).toBe(false);
  });
});
