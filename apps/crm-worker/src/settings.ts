export class WorkerSettings {
  constructor(
    readonly concurrency: number,
    /** How long calls that run may still take when the process stops. */
    readonly graceMs: number,
  ) {}
}
