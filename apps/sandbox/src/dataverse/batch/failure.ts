import { DataverseFailure } from '../failure.js';

/** A batch that can't be read as one. */
export function badBatch(reason: string): DataverseFailure {
  return new DataverseFailure(
    400,
    '0x80048d19',
    `Error identified in Payload provided by the user for Entity :'', ${reason}`,
  );
}
