import { describe, expect, it } from '@jest/globals';
import { QueryFailedError, TypeORMError } from 'typeorm';
import { isOutage } from './outage.js';

const failed = (code: string): Error => new QueryFailedError('select', [], Object.assign(new Error('no'), { code }));

describe('isOutage', () => {
  it.each([
    ['a refused connection', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
    ['both addresses of a host refused', new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' })])],
    ['a connection that broke', new Error('Connection terminated unexpectedly')],
    ['a connection that was never there', new TypeORMError('Driver not Connected')],
    ['a server that shuts down', failed('57P01')],
    ['a statement that took too long', failed('57014')],
    ['too many connections', failed('53300')],
  ])('is %s', (_case, error) => {
    expect(isOutage(error)).toBe(true);
  });

  it.each([
    ['a row that is there already', failed('23505')],
    ['a missing right', failed('42501')],
    ['a deadlock', failed('40P01')],
    ['a bug', new TypeError('undefined is not a function')],
    ['nothing', undefined],
  ])('is not %s', (_case, error) => {
    expect(isOutage(error)).toBe(false);
  });
});
