import { cursorTableSql, eventTableSql } from '@bliro/event-log';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ledgerRights } from './rights.js';
import { ledgerTables } from './tables.js';

export class CreateLedger1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [...ledgerTables, ...eventTableSql('crm'), ...cursorTableSql('crm'), ...ledgerRights];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE crm.event_cursor, crm.event');
    await runner.query('DROP TABLE crm.idempotency, crm.content, crm.attempt, crm.action, crm.job, crm.lane');
    await runner.query('DROP FUNCTION crm.refuse_to_reopen');
  }
}
