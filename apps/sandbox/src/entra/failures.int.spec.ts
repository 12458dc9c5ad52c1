import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { knownErrors } from './known-errors.js';

let running: RunningSandbox;
beforeAll(async () => {
  running = await startSandbox();
});
afterAll(() => running.stop());

async function answerOf(effect: object, query = '') {
  await running.call('/control/faults', { method: 'DELETE' });
  await running.control('faults', { target: 'entra', effect: { kind: 'status', ...effect } });
  return running.call(`/organizations/oauth2/v2.0/token${query}`, { method: 'POST', body: 'grant_type=refresh_token' });
}

type Row = readonly [number: number, error: string, suberror?: string, challenged?: boolean];

/** What a client of ours may meet, as the tables of Entra's errors have it: number, OAuth error, suberror, with a challenge. */
const documented = [
  [65001, 'invalid_grant', 'consent_required'],
  [50173, 'invalid_grant', 'bad_token'],
  [700082, 'invalid_grant', 'bad_token'],
  [700081, 'invalid_grant', 'bad_token'],
  [700084, 'invalid_grant', 'bad_token'],
  [70008, 'invalid_grant', 'bad_token'],
  [70000, 'invalid_grant', 'bad_token'],
  [70043, 'invalid_grant', 'token_expired'],
  [50076, 'invalid_grant', 'basic_action', true],
  [50079, 'invalid_grant', 'basic_action', true],
  [50078, 'invalid_grant', 'basic_action', true],
  [50074, 'invalid_grant', 'basic_action', true],
  [50158, 'invalid_grant', 'basic_action', true],
  [53000, 'invalid_grant', 'message_only'],
  [53001, 'invalid_grant', 'message_only'],
  [53002, 'invalid_grant', 'message_only'],
  [53003, 'invalid_grant', 'message_only'],
  [530032, 'invalid_grant', 'message_only'],
  [50131, 'invalid_grant', 'message_only'],
  [53011, 'invalid_grant', 'message_only'],
  [50057, 'invalid_grant'],
  [50034, 'invalid_grant'],
  [50020, 'invalid_grant'],
  [50105, 'invalid_grant'],
  [90072, 'invalid_grant'],
  [50196, 'invalid_grant'],
  [9002313, 'invalid_grant'],
  [900144, 'invalid_request'],
  [70011, 'invalid_scope'],
  [28002, 'invalid_request'],
  [28003, 'invalid_request'],
  [700022, 'invalid_request'],
  [901002, 'invalid_request'],
  [7000215, 'invalid_client'],
  [7000222, 'invalid_client'],
  [700027, 'invalid_client'],
  [7000218, 'invalid_client'],
  [700016, 'unauthorized_client'],
  [7000112, 'unauthorized_client'],
  [500011, 'invalid_resource'],
  [650052, 'invalid_client'],
  [90033, 'temporarily_unavailable'],
  [90024, 'temporarily_unavailable'],
  [50033, 'server_error'],
  [90006, 'server_error'],
  [90012, 'temporarily_unavailable'],
  [50087, 'temporarily_unavailable'],
  [90055, 'temporarily_unavailable'],
  [54005, 'invalid_grant'],
  [501481, 'invalid_grant'],
  [700005, 'invalid_grant'],
] as const satisfies Row[];

describe('an error of Entra', () => {
  it.each<Row>(documented)('AADSTS%d is %s', async (...row) => {
    const [number, error, suberror, challenged = false] = row;
    const { json } = await answerOf({ status: 400, code: `AADSTS${number}` });
    expect(json).toEqual({
      error,
      error_description: expect.stringMatching(
        new RegExp(
          `^AADSTS${number}: .+ Trace ID: ${json.trace_id} Correlation ID: ${json.correlation_id} Timestamp: `,
        ),
      ),
      error_codes: [number],
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/),
      trace_id: expect.any(String),
      correlation_id: expect.any(String),
      error_uri: `https://login.microsoftonline.com/error?code=${number}`,
      ...(suberror === undefined ? {} : { suberror }),
      ...(challenged ? { claims: expect.stringContaining('"access_token"') } : {}),
    });
  });

  it.each([
    [{ status: 429, retryAfter: 17 }, 'temporarily_unavailable', 90055],
    [{ status: 503 }, 'temporarily_unavailable', 90033],
    [{ status: 500, code: 'server_error' }, 'server_error', 90033],
    [{ status: 400, code: '99999' }, 'invalid_grant', 99999],
    [{ status: 400, code: 'interaction_required' }, 'interaction_required', 90014],
  ])('follows from %j', async (effect, error, number) => {
    const { status, headers, json } = await answerOf(effect);
    expect(status).toBe(effect.status);
    expect(json).toMatchObject({ error, error_codes: [number] });
    expect(headers.get('retry-after')).toBe('retryAfter' in effect ? '17' : null);
  });

  it('has a sentence for each number, and a status that its OAuth error may have', () => {
    for (const [number, known] of Object.entries(knownErrors)) {
      expect(known.sentence.length).toBeGreaterThan(10);
      const status = 'status' in known ? known.status : 400;
      expect([number, [400, 401, 429, 500, 503].includes(status)]).toEqual([number, true]);
    }
  });
});
