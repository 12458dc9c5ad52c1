import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of the key store, a database of its own whose backups are short-lived. */
export class CreateDataKey1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE keystore.data_key (
        id uuid PRIMARY KEY,
        connection_id uuid NOT NULL,
        generation integer NOT NULL,
        wrapping_key_id text NOT NULL,
        wrapped text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query('CREATE INDEX data_key_connection ON keystore.data_key (connection_id, generation)');
    await runner.query('CREATE INDEX data_key_age ON keystore.data_key (created_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE keystore.data_key');
  }
}
