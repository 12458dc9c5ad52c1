/** What was asked for can't be done with these names, this address or this server. The message says what to change. */
export class DatabaseMistake extends Error {
  override readonly name = 'DatabaseMistake';
}

/** Another process has held the lock for longer than anybody should wait. */
export class LockUnavailable extends Error {
  override readonly name = 'LockUnavailable';

  constructor(readonly lock: string) {
    super(`The lock "${lock}" is still held by another process.`);
  }
}
