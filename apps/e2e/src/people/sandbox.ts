export interface Environment {
  id: string;
  tenantId: string;
  name: string;
  url: string;
  apiUrl: string;
  type: string;
}

export interface Info {
  discoveryUrl: string;
  environments: Environment[];
  secretMarkers: string[];
}

export interface JournalEntry {
  seq: number;
  at: string;
  target: string;
  user?: string;
  environment?: string;
  method: string;
  path: string;
  query?: string;
  headers: string[];
  status: number;
  committed: boolean;
  scope?: string;
  grantType?: string;
}

export type Row = Record<string, unknown>;

export interface Fault {
  target: 'entra' | 'discovery' | 'dataverse';
  match?: { method?: string; path?: string; user?: string; environment?: string };
  effect: { kind: string; ms?: number; status?: number; retryAfter?: number };
  times?: number;
}

export interface Session {
  organization: string;
  user: string;
  roles: string[];
  expiresInSeconds?: number;
  audience?: string;
}

export interface Message {
  organization: string;
  idempotencyKey: string;
  job: unknown;
  ageSeconds?: number;
}

/** The sandbox's control API: what Microsoft saw, what stands in Dynamics, and what goes wrong there. */
export class Sandbox {
  private constructor(
    readonly url: string,
    readonly info: Info,
  ) {}

  static async at(url: string): Promise<Sandbox> {
    const answer = await fetch(`${url}/control/info`);
    return new Sandbox(url, (await answer.json()) as Info);
  }

  environment(name: string): Environment {
    const found = this.info.environments.find((one) => one.name === name);
    if (found === undefined) throw new Error(`The sandbox has no environment ${name}.`);
    return found;
  }

  async session(who: Session): Promise<string> {
    return (await this.control<{ token: string }>('POST', 'session', who)).token;
  }

  async jobMessage(message: Message): Promise<string> {
    return (await this.control<{ jws: string }>('POST', 'job-message', message)).jws;
  }

  /** Signs in at Microsoft and decides; answers where the browser goes next. */
  async consent(authorizationUrl: string, user: string, decision = 'accept'): Promise<string> {
    return (await this.control<{ location: string }>('POST', 'consent', { authorizationUrl, user, decision })).location;
  }

  async addFault(fault: Fault): Promise<void> {
    await this.control('POST', 'faults', fault);
  }

  async clearFaults(): Promise<void> {
    await this.control('DELETE', 'faults');
  }

  async journal(target: Fault['target'], since = 0): Promise<JournalEntry[]> {
    return (await this.control<{ items: JournalEntry[] }>('GET', `journal?target=${target}&since=${since}`)).items;
  }

  /** The journal's last number, from which on to look. */
  async now(): Promise<number> {
    const { items } = await this.control<{ items: JournalEntry[] }>('GET', 'journal');
    return items.at(-1)?.seq ?? 0;
  }

  async rows(environment: Environment, table: string): Promise<Row[]> {
    return (await this.control<{ items: Row[] }>('GET', `records?environment=${environment.id}&table=${table}`)).items;
  }

  /** Writes a row as somebody else in Dynamics would. */
  async write(environment: Environment, table: string, id: string, fields: Row): Promise<void> {
    await this.control('POST', 'records', { environment: environment.id, table, id, fields });
  }

  private async control<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}/control/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The sandbox answered ${answer.status} to ${method} ${path}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
