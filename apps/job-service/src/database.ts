import { dataSourceOptions } from '@bliro/database';
import { ledgerEntities } from '@bliro/ledger';
import { DataSource } from 'typeorm';

/** The HTTP role's connections: they see one organization at a time, and change nothing. */
export class HttpDatabase extends DataSource {
  constructor(url: string) {
    super(dataSourceOptions({ url, schema: 'crm', entities: ledgerEntities }));
  }
}

/** The work role's connections: they see all organizations, so every statement names its own. For the intake and the event reader. */
export class WorkDatabase extends DataSource {
  constructor(url: string) {
    super(dataSourceOptions({ url, schema: 'crm' }));
  }
}
