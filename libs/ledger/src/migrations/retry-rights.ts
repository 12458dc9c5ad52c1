import type { MigrationInterface, QueryRunner } from 'typeorm';

const columns = 'code, environment_id, tenant_id, subject';

/** The intake's role moves actions too: it cancels, lets blocked ones go on, and opens ended ones again, bound to nothing. */
export class RetryRights1785200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`GRANT UPDATE (${columns}) ON crm.action TO bliro_crm_work`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`REVOKE UPDATE (${columns}) ON crm.action FROM bliro_crm_work`);
  }
}
