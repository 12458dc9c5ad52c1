import { dataSourceOptions } from '@bliro/database';
import { DataSource } from 'typeorm';
import { ToolRow } from './tool/tool.entity.js';

/** The HTTP role's connections: they see one organization at a time. */
export class HttpDatabase extends DataSource {
  constructor(url: string) {
    super(dataSourceOptions({ url, schema: 'policy', entities: [ToolRow] }));
  }
}

/** The work role's connections: they see all organizations, so every statement names its own. For the folder decision/ alone. */
export class WorkDatabase extends DataSource {
  constructor(url: string) {
    super(dataSourceOptions({ url, schema: 'policy' }));
  }
}
