import { dataSourceOptions } from '@bliro/database';
import { DataSource } from 'typeorm';
import { Connection } from './connection/connection.entity.js';
import { Organization } from './connection/organization.entity.js';
import { ConsentAttempt } from './consent/consent-attempt.entity.js';
import { FoundEnvironment } from './environment/found-environment.entity.js';

const entities = [Connection, ConsentAttempt, FoundEnvironment, Organization];

/** The HTTP role's connections: they see one organization at a time. */
export class HttpDatabase extends DataSource {
  constructor(url: string) {
    super(dataSourceOptions({ url, schema: 'auth', entities }));
  }
}

/** The work role's connections: they see all organizations. For tokens, callbacks, events, upkeep. */
export class WorkDatabase extends DataSource {
  constructor(url: string) {
    super(dataSourceOptions({ url, schema: 'auth', entities }));
  }
}

/** Where data keys are kept, apart from what they open. */
export class KeyDatabase extends DataSource {
  constructor(url: string) {
    super(dataSourceOptions({ url, schema: 'keystore' }));
  }
}
