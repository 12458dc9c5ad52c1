import { z } from 'zod';

/** Dataverse's service protection limits of one user. */
export interface Throttle {
  /** Within the window. */
  requests: number;
  windowSeconds: number;
  /** Requests at the same moment. */
  concurrency: number;
}

export const settingsSchema = z.strictObject({
  accessTokenSeconds: z.int().min(1).max(86_400).optional(),
  throttle: z
    .strictObject({
      requests: z.int().min(1).max(1_000_000),
      windowSeconds: z.int().min(1).max(3600),
      concurrency: z.int().min(1).max(10_000),
    })
    .partial()
    .optional(),
});

const ACCESS_TOKEN_SECONDS = 3600;
/** As Microsoft documents them. */
const documented: Throttle = { requests: 6000, windowSeconds: 300, concurrency: 52 };

/** What `POST /control/settings` changes while the sandbox runs. */
export class Settings {
  /** Life of an access token. */
  accessTokenSeconds = ACCESS_TOKEN_SECONDS;
  throttle: Readonly<Throttle> = documented;

  change({ accessTokenSeconds, throttle }: z.output<typeof settingsSchema>): void {
    this.accessTokenSeconds = accessTokenSeconds ?? this.accessTokenSeconds;
    this.throttle = {
      requests: throttle?.requests ?? this.throttle.requests,
      windowSeconds: throttle?.windowSeconds ?? this.throttle.windowSeconds,
      concurrency: throttle?.concurrency ?? this.throttle.concurrency,
    };
  }

  clear(): void {
    this.accessTokenSeconds = ACCESS_TOKEN_SECONDS;
    this.throttle = documented;
  }
}
