import type { Environment, Fault, Info, JobMessage, JournalEntry, Row, Session, Target } from './messages.js';

/** The sandbox understood the request and did not do it. */
export class SandboxRefused extends Error {
  override readonly name = 'SandboxRefused';
}

/**
 * The sandbox's control API: what Microsoft saw, what stands in Dynamics, what goes wrong there, and what the host product signs.
 * Each call throws `SandboxRefused` for an answer of 400 or above.
 */
export class SandboxClient {
  protected constructor(
    readonly origin: string,
    readonly info: Info,
  ) {}

  static async at(origin: string): Promise<SandboxClient> {
    return new SandboxClient(origin, await readInfo(origin));
  }

  environment(name: string): Environment {
    const found = this.info.environments.find((one) => one.name === name);
    if (found === undefined) throw new Error(`The sandbox has no environment ${name}.`);
    return found;
  }

  /** A token of the host product. */
  async session(who: Session): Promise<string> {
    return (await this.control<{ token: string }>('session', who)).token;
  }

  async jobMessage(message: JobMessage): Promise<string> {
    return (await this.control<{ jws: string }>('job-message', message)).jws;
  }

  /** Signs in at Microsoft and decides; answers where the browser goes next. */
  async consent(authorizationUrl: string, user: string, decision = 'accept'): Promise<string> {
    return (await this.control<{ location: string }>('consent', { authorizationUrl, user, decision })).location;
  }

  async addFault(fault: Fault): Promise<void> {
    await this.control('faults', fault);
  }

  async clearFaults(): Promise<void> {
    await send(this.origin, 'DELETE', 'faults');
  }

  /** @param since number of the last entry that isn't wanted */
  async journal(target: Target, since = 0): Promise<JournalEntry[]> {
    return (await this.control<{ items: JournalEntry[] }>(`journal?target=${target}&since=${String(since)}`)).items;
  }

  /** The journal's last number, from which on to look. */
  async now(): Promise<number> {
    return (await this.control<{ items: JournalEntry[] }>('journal')).items.at(-1)?.seq ?? 0;
  }

  /** @param environment its id */
  async records(environment: string, table: string): Promise<Row[]> {
    return (await this.control<{ items: Row[] }>(`records?environment=${environment}&table=${table}`)).items;
  }

  /** Writes a record as somebody else in Dynamics would. */
  async write(environment: string, table: string, id: string, fields: Row): Promise<void> {
    await this.control('records', { environment, table, id, fields });
  }

  /** Any other call: with a body a POST, without one a GET. */
  control<T = unknown>(path: string, body?: unknown): Promise<T> {
    return send<T>(this.origin, body === undefined ? 'GET' : 'POST', path, body);
  }
}

export function readInfo(origin: string): Promise<Info> {
  return send<Info>(origin, 'GET', 'info');
}

async function send<T>(origin: string, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${origin}/control/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new SandboxRefused(`The sandbox answered ${String(answer.status)} to ${method} /control/${path}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
