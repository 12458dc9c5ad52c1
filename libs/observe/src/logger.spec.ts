import { describe, expect, test } from '@jest/globals';
import { runForOrganization, runWithCorrelation } from './correlation.js';
import { createLogger } from './logger.js';

const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJyZXAifQ.c2lnbmF0dXJl';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): {
  line: Record<string, unknown>;
  text: string;
} {
  let text = '';
  write(createLogger('crm-worker', 'info', { write: (line) => (text += line) }));
  return { line: JSON.parse(text) as Record<string, unknown>, text };
}

describe('createLogger', () => {
  test('writes JSON with time, level, service, correlation id, organization and message', () => {
    const { line } = logged((logger) =>
      runForOrganization('contoso', () => runWithCorrelation('meeting-42', () => logger.info({ attempts: 2 }, 'sent'))),
    );
    expect(line).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: 'info',
      service: 'crm-worker',
      correlationId: 'meeting-42',
      organization: 'contoso',
      attempts: 2,
      msg: 'sent',
    });
  });

  test('a level below the one that was set is not written', () => {
    expect(() => logged((logger) => logger.debug('quiet'))).toThrow();
  });

  test('what is bound to a child is scrubbed too', () => {
    const { text } = logged((logger) =>
      logger.child({ accessToken: 'hunter2', url: 'postgres://u:hunter2@db/x' }).info('x'),
    );
    expect(text).not.toContain('hunter2');
  });

  test('an error keeps its type, stack, code and cause, and loses secrets and its other members', () => {
    const cause = Object.assign(new Error(`token ${JWT} is stale`), { code: '42501' });
    const error = Object.assign(new TypeError('failed: Authorization: Bearer hunter2', { cause }), {
      code: 'ECONNREFUSED',
      parameters: ['hunter2'],
      response: { body: 'hunter2' },
    });
    const { line, text } = logged((logger) => logger.error({ err: error }, 'call failed'));
    expect(line['err']).toMatchObject({
      type: 'TypeError',
      code: 'ECONNREFUSED',
      stack: expect.stringContaining('logger.spec'),
      cause: { type: 'Error', message: 'token [redacted] is stale', code: '42501' },
    });
    expect(text).not.toMatch(/hunter2|eyJ/);
  });

  test('an error given as the only argument is treated the same', () => {
    const { text } = logged((logger) => logger.error(Object.assign(new Error(JWT), { query: 'hunter2' })));
    expect(text).not.toMatch(/hunter2|eyJ/);
  });
});
