import type { NewEvent } from '@bliro/event-log';
import { correlationId } from '@bliro/observe';
import type { Connection } from '../connection/connection.entity.js';

/** Why a token is needed, who asked for it, and the decisions that allow it. */
export interface TokenUse {
  why: 'grant' | 'metadata' | 'environments' | 'label' | 'rediscovery' | 'probe' | 'keep_alive' | 'sign_in';
  /** A user's `sub`, or the service that asked. */
  by: string;
  decisions?: readonly string[];
}

/** A fact about a connection's secrets, stated before the secret is used or in the transaction that stores it. */
export function vaultEvent(
  type: 'vault.opened' | 'vault.sealed' | 'token.issued',
  { organization, id, version, userId }: Pick<Connection, 'organization' | 'id' | 'version' | 'userId'>,
  { why, by, decisions }: TokenUse,
): NewEvent {
  const correlation = correlationId();
  return {
    organization,
    type,
    subject: id,
    subjectVersion: version,
    ...(correlation === undefined ? {} : { correlationId: correlation }),
    data: { userId, why, by, ...(decisions === undefined ? {} : { decisions }) },
  };
}
