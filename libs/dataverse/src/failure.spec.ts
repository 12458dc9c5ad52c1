import { describe, expect, it } from '@jest/globals';
import type { FailureClass } from './codes.js';
import { classify, classifyLost } from './failure.js';

describe('classify', () => {
  it.each<[status: number, code: string | undefined, read: FailureClass, write: FailureClass]>([
    [400, '0x80048d19', 'permanent', 'permanent'],
    [400, undefined, 'permanent', 'permanent'],
    [400, '0x80040265', 'permanent', 'permanent'],
    [401, undefined, 'needs_person', 'needs_person'],
    [403, '0x80040220', 'permanent', 'permanent'],
    [403, '0x80072560', 'permanent', 'permanent'],
    [403, '0x80095ffe', 'needs_person', 'needs_person'],
    [404, '0x80040217', 'permanent', 'permanent'],
    [405, undefined, 'permanent', 'permanent'],
    [408, undefined, 'transient', 'unknown'],
    [412, '0x80040237', 'permanent', 'permanent'],
    [412, '0x80060882', 'permanent', 'permanent'],
    [413, undefined, 'permanent', 'permanent'],
    [429, '0x80072322', 'throttled', 'throttled'],
    [429, undefined, 'throttled', 'throttled'],
    [500, '0x80040333', 'permanent', 'permanent'],
    [500, '0x80040216', 'transient', 'unknown'],
    [500, '0x80044150', 'transient', 'unknown'],
    [302, undefined, 'transient', 'unknown'],
    [502, undefined, 'transient', 'unknown'],
    [503, undefined, 'transient', 'unknown'],
    [504, undefined, 'transient', 'unknown'],
  ])('status %d with code %s is %s for a read and %s for a write', (status, code, read, write) => {
    expect(classify({ status, code, write: false }).class).toBe(read);
    expect(classify({ status, code, write: true }).class).toBe(write);
  });

  it('keeps what the answer said', () => {
    const said = { status: 404, code: '0x80040217', message: 'task With Id = … Does Not Exist', write: false };
    expect(classify(said)).toEqual({
      class: 'permanent',
      status: 404,
      code: '0x80040217',
      name: 'ObjectDoesNotExist',
      message: 'task With Id = … Does Not Exist',
    });
  });
});

describe('classifyLost', () => {
  const error = Object.assign(new Error('x'), { code: 'ECONNRESET' });

  it.each([
    { sent: false, write: false, becomes: 'transient' },
    { sent: false, write: true, becomes: 'transient' },
    { sent: true, write: false, becomes: 'transient' },
    { sent: true, write: true, becomes: 'unknown' },
  ])('$becomes where sent is $sent and write is $write', ({ sent, write, becomes }) => {
    expect(classifyLost(error, { write, sent })).toMatchObject({ class: becomes, name: 'ECONNRESET' });
  });
});
