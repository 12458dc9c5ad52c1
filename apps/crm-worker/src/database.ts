import { dataSourceOptions } from '@bliro/database';
import { DataSource } from 'typeorm';

const MOST_CONNECTIONS = 30;
/** For what the process does beside the lanes that it runs. */
const SPARE_CONNECTIONS = 4;

/** The worker role's connections: they see all organizations, so every statement names its lane. */
export class WorkDatabase extends DataSource {
  constructor(url: string, concurrency: number) {
    const poolSize = Math.min(concurrency + SPARE_CONNECTIONS, MOST_CONNECTIONS);
    super(dataSourceOptions({ url, schema: 'crm', poolSize }));
  }
}
