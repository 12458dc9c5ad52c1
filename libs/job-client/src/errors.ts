/** The job was not accepted and won't be: repeating it changes nothing. `code` is a problem's code or the reason of a refusal. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';

  constructor(
    readonly code: string,
    readonly status?: number,
  ) {
    super(`The job was refused: ${code}.`);
  }
}

/** It isn't known whether the job was accepted. Send it again with the same idempotency key, by either way: it is done once. */
export class JobUncertain extends Error {
  override readonly name = 'JobUncertain';
}
