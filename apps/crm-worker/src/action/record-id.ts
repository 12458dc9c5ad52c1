import { createHash } from 'node:crypto';

export interface RecordIdSource {
  organization: string;
  userId: string;
  keyScope: string;
  idempotencyKey: string;
  actionKey: string;
  environmentId: string;
}

/**
 * The id of the record that an action creates: a UUIDv8 of what makes the work the same work, so that it lands on the same row however
 * often it is sent, also after a restored backup. The version is part of it: changing anything here makes other ids.
 */
export function recordIdOf(source: RecordIdSource): string {
  const parts = [
    '1',
    source.organization,
    source.userId,
    source.keyScope,
    source.idempotencyKey,
    source.actionKey,
    source.environmentId,
  ];
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
