import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { failureOf, parseRequest, RpcFailure } from './failure.js';

const grpcError = (code: status): Error => Object.assign(new Error('x'), { code, details: 'why' });

describe('failureOf', () => {
  it.each([
    [status.UNAVAILABLE, 'unavailable', true],
    [status.DEADLINE_EXCEEDED, 'deadline', true],
    [status.PERMISSION_DENIED, 'denied', false],
    [status.INVALID_ARGUMENT, 'invalid', false],
    [status.UNKNOWN, 'internal', true],
    [status.UNIMPLEMENTED, 'internal', true],
  ])('maps status %s to %s', (code, expected, transient) => {
    const failure = failureOf('Policy/Decide', grpcError(code));
    expect([failure.code, failure.transient, failure.message]).toEqual([expected, transient, 'Policy/Decide: why']);
  });
});

describe('parseRequest', () => {
  const schema = z.object({ purpose: z.enum(['run', 'verify']), questions: z.array(z.object({ id: z.uuid() })) });

  it('names the fields that are wrong and no value', () => {
    const wrong = { purpose: 'secret-purpose', questions: [{ id: 'secret-id' }] };
    expect(() => parseRequest(schema, wrong)).toThrow(
      new RpcFailure('invalid', 'purpose: invalid_value; questions.0.id: invalid_format'),
    );
  });

  it('gives what it parsed', () => {
    expect(parseRequest(schema, { purpose: 'run', questions: [] })).toEqual({ purpose: 'run', questions: [] });
  });
});
