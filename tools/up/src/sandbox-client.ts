import { Failure } from './failure.js';

/** The sandbox's control API, as far as our own commands use it. */
export class SandboxClient {
  constructor(readonly url: string) {}

  async session(organization: string, user: string, roles: string[]): Promise<string> {
    return (await this.call<{ token: string }>('POST', '/control/session', { organization, user, roles })).token;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(new URL(path, this.url), {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new Failure(`The sandbox answered ${String(answer.status)} to ${method} ${path}: ${text.slice(0, 300)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
