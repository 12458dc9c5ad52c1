import { describe, expect, it } from '@jest/globals';
import { periodOf } from './periods.js';

const now = new Date('2026-03-31T15:30:00Z');

describe('periodOf', () => {
  it.each([
    ['Today', 0, '2026-03-31', '2026-04-01'],
    ['Yesterday', 0, '2026-03-30', '2026-03-31'],
    ['Tomorrow', 0, '2026-04-01', '2026-04-02'],
    ['Last7Days', 0, '2026-03-24', '2026-04-01'],
    ['LastXDays', 3, '2026-03-28', '2026-03-31T15:30:01Z'],
    ['LastXHours', 2, '2026-03-31T13:30:00Z', '2026-03-31T15:30:01Z'],
    ['NextXDays', 2, '2026-03-31T15:30:00Z', '2026-04-03'],
    ['OlderThanXDays', 1, '0000', '2026-03-30'],
    ['OlderThanXMinutes', 30, '0000', '2026-03-31T15:00:00Z'],
    ['ThisMonth', 0, '2026-03-01', '2026-04-01'],
    ['LastMonth', 0, '2026-02-01', '2026-03-01'],
    ['NextYear', 0, '2027-01-01', '2028-01-01'],
    ['ThisWeek', 0, '2026-03-29', '2026-04-05'],
    ['LastXYears', 100_000, '0000', '2026-03-31T15:30:01Z'],
  ])('%s of %d', (name, count, from, to) => {
    expect(periodOf(name, count, now)).toEqual({ from, to });
  });

  it('knows no other names', () => {
    expect(periodOf('LastXFortnights', 1, now)).toBeUndefined();
  });
});
