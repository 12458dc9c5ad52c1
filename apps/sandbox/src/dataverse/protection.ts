import { DataverseFailure } from './failure.js';

/** Service protection limits of one user, in a sliding window. */
export interface Limits {
  requests: number;
  windowSeconds: number;
  concurrency: number;
  /** Execution time of all requests of a window together. */
  executionSeconds?: number;
}

/** As documented. */
export const documentedLimits: Limits = { requests: 6000, windowSeconds: 300, concurrency: 52, executionSeconds: 1200 };

interface Finished {
  at: number;
  ms: number;
}

/** What one user did lately. */
class Usage {
  private window: Finished[] = [];
  private from = 0;
  private milliseconds = 0;
  private refusals = 0;
  running = 0;

  get requests(): number {
    return this.window.length - this.from;
  }

  get executionMs(): number {
    return this.milliseconds;
  }

  /** Forgets what has left the window. */
  slide(since: number): void {
    for (let first = this.window[this.from]; first && first.at <= since; first = this.window[this.from]) {
      this.milliseconds -= first.ms;
      this.from++;
    }
    if (this.from < 10_000) return;
    this.window = this.window.slice(this.from);
    this.from = 0;
  }

  start(at: number): Finished {
    const entry = { at, ms: 0 };
    this.window.push(entry);
    this.running++;
    this.refusals = 0;
    return entry;
  }

  end(entry: Finished, now: number): void {
    this.running--;
    entry.ms = now - entry.at;
    this.milliseconds += entry.ms;
  }

  /** Seconds until there is room again; they grow while the demand goes on (by how much is a guess). */
  retryAfter(now: number, windowMs: number): number {
    const oldest = this.window[this.from]?.at ?? now;
    return Math.max(1, Math.ceil((oldest + windowMs - now) / 1000)) + Math.floor(this.refusals++ / 10);
  }
}

/** The limits of one environment, which hold for every user alone. */
export class Protection {
  private readonly users = new Map<string, Usage>();

  constructor(private readonly limits: () => Limits) {}

  /**
   * Lets a request in.
   * @returns what to call when it is done, and headers that say what is left
   * @throws DataverseFailure 429 with Retry-After
   */
  enter(user: string, now = Date.now()): { leave: (at?: number) => void; headers: () => Record<string, string> } {
    const limits = this.limits();
    const usage = this.users.get(user) ?? new Usage();
    this.users.set(user, usage);
    const windowMs = limits.windowSeconds * 1000;
    usage.slide(now - windowMs);
    refuse(usage, limits, now, windowMs);
    const entry = usage.start(now);
    let left = false;
    return {
      leave: (at = Date.now()) => {
        if (!left) usage.end(entry, at);
        left = true;
      },
      headers: () => ({
        'x-ms-ratelimit-burst-remaining-xrm-requests': String(Math.max(0, limits.requests - usage.requests)),
        'x-ms-ratelimit-time-remaining-xrm-requests': String(
          Math.max(0, executionMs(limits) - Math.round(usage.executionMs)) / 1000,
        ),
      }),
    };
  }
}

function executionMs({ executionSeconds = Infinity }: Limits): number {
  return Number.isFinite(executionSeconds) ? executionSeconds * 1000 : 1_200_000;
}

function refuse(usage: Usage, limits: Limits, now: number, windowMs: number): void {
  const window = `over time window of ${limits.windowSeconds} seconds`;
  if (usage.running >= limits.concurrency)
    throw tooMany('0x80072326', `Number of concurrent requests exceeded the limit of ${limits.concurrency}.`, 1);
  if (usage.requests >= limits.requests)
    throw tooMany(
      '0x80072322',
      `Number of requests exceeded the limit of ${limits.requests} ${window}.`,
      usage.retryAfter(now, windowMs),
    );
  if (usage.executionMs >= executionMs(limits))
    throw tooMany(
      '0x80072321',
      `Combined execution time of incoming requests exceeded limit of ${executionMs(limits)} milliseconds ${window}. ` +
        'Decrease number of concurrent requests or reduce the duration of requests and try again later.',
      usage.retryAfter(now, windowMs),
    );
}

function tooMany(code: string, message: string, seconds: number): DataverseFailure {
  return new DataverseFailure(429, code, message, { 'Retry-After': String(seconds) });
}
