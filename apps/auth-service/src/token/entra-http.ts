import { AuthError, type INetworkModule, type NetworkRequestOptions, type NetworkResponse } from '@azure/msal-node';
import { request } from 'undici';
import { describeFailure, type EntraFailure } from './entra-failure.js';

const allowedGrants = new Set(['authorization_code', 'refresh_token']);
const allowedParameters = new Set([
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'grant_type',
  'scope',
  'redirect_uri',
  'code',
  'code_verifier',
  'refresh_token',
]);
const TIMEOUT_MS = 6_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** MSAL hides every error of a network module but its own kind. */
class NetworkModuleError extends AuthError {
  constructor(cause: string) {
    super(cause, '');
    Object.setPrototypeOf(this, NetworkModuleError.prototype);
  }
}

/**
 * The way of one operation to the token endpoint; never shared by two. Pins the scopes, sends an allow-list of
 * parameters, refuses every other grant and address, and takes the refresh token out before MSAL could cache it.
 */
export class EntraHttp implements INetworkModule {
  refreshToken: string | undefined;
  failure: EntraFailure | undefined;

  constructor(
    readonly tokenEndpoint: string,
    private readonly scopes: readonly string[],
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  sendGetRequestAsync<T>(): Promise<NetworkResponse<T>> {
    return this.refuse('get_not_allowed');
  }

  async sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    const form = this.allowed(new URLSearchParams(options?.body ?? ''));
    if (url.split('?')[0] !== this.tokenEndpoint) return this.refuse('address_not_allowed');
    if (!allowedGrants.has(form.get('grant_type') ?? '')) return this.refuse('grant_not_allowed');
    const { status, headers, body } = await this.post(form);
    const answer = this.understand(status, headers, body);
    return { status, headers: {}, body: answer as T };
  }

  private allowed(sent: URLSearchParams): URLSearchParams {
    const form = new URLSearchParams([...sent].filter(([name]) => allowedParameters.has(name)));
    form.set('scope', this.scopes.join(' '));
    return form;
  }

  private async post(form: URLSearchParams) {
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      const answer = await request(this.tokenEndpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
        signal,
      });
      return { status: answer.statusCode, headers: answer.headers, body: await limited(answer.body) };
    } catch {
      return this.fail({ kind: 'transport', cause: signal.aborted ? 'timeout' : 'unreachable' });
    }
  }

  private understand(status: number, headers: Record<string, string | string[] | undefined>, text: string): object {
    const retryAfterMs = retryAfter(headers['retry-after']);
    if (status === 429 || status >= 500) {
      const cause = status === 429 ? 'throttled' : 'server_error';
      return this.fail({ kind: 'transport', cause, status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    }
    const json = parseObject(text);
    if (json !== undefined && typeof json['error'] === 'string') return this.fail(refusal(json, json['error']));
    if (status !== 200 || typeof json?.['access_token'] !== 'string') {
      return this.fail({ kind: 'transport', cause: 'malformed_answer', status });
    }
    const { refresh_token: refreshToken, ...rest } = json;
    if (typeof refreshToken === 'string' && refreshToken !== '') this.refreshToken = refreshToken;
    return rest;
  }

  private refuse(cause: string): Promise<never> {
    return Promise.reject(this.failed({ kind: 'not_sent', cause }));
  }

  private fail(failure: EntraFailure): never {
    throw this.failed(failure);
  }

  private failed(failure: EntraFailure): NetworkModuleError {
    this.failure = failure;
    return new NetworkModuleError(describeFailure(failure));
  }
}

async function limited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function refusal(json: Record<string, unknown>, error: string): EntraFailure {
  const { suberror, claims } = json;
  return {
    kind: 'refused',
    error: error.slice(0, 100),
    codes: codesOf(json),
    ...(typeof suberror === 'string' && suberror !== '' ? { suberror: suberror.slice(0, 100) } : {}),
    ...(typeof claims === 'string' && claims !== '' ? { claims } : {}),
  };
}

function codesOf({ error_codes: codes, error_description: description }: Record<string, unknown>): number[] {
  if (Array.isArray(codes)) return codes.filter((code) => typeof code === 'number');
  const [, code] = /AADSTS(\d{4,8})/.exec(typeof description === 'string' ? description : '') ?? [];
  return code === undefined ? [] : [Number(code)];
}

/** Milliseconds of a Retry-After in seconds or as an HTTP date; undefined where there is none to understand. */
export function retryAfter(header: string | string[] | undefined, now = Date.now()): number | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
