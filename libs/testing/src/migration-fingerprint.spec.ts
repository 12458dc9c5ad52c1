import { describe, expect, it } from '@jest/globals';
import type { MigrationClass } from '@bliro/database';
import type { QueryRunner } from 'typeorm';
import { migrationFingerprint } from './migration-fingerprint.js';

function migration(up: (runner: QueryRunner) => Promise<unknown>): MigrationClass {
  return class Made1700000000000 {
    async up(runner: QueryRunner): Promise<void> {
      await up(runner);
    }
    async down(): Promise<void> {}
  };
}

describe('migrationFingerprint', () => {
  const create = (table: string) => migration((runner) => runner.query(`create table ${table} ()`));

  it('changes with a statement that another function makes', async () => {
    const first = await migrationFingerprint([create('a')]);
    expect(await migrationFingerprint([create('a')])).toBe(first);
    expect(await migrationFingerprint([create('b')])).not.toBe(first);
  });

  it('changes with the order and the number of migrations', async () => {
    const [a, b] = [create('a'), create('b')];
    const prints = await Promise.all([[a, b], [b, a], [a], []].map((set) => migrationFingerprint(set)));
    expect(new Set(prints).size).toBe(4);
  });

  it('can be taken of a migration that needs an answer from the database', async () => {
    const asking = migration(async (runner) => {
      const rows = (await runner.query('select 1 as one')) as [{ one: number }];
      return runner.query(`create table t${rows[0].one} ()`);
    });
    expect(await migrationFingerprint([asking])).toMatch(/^[0-9a-f]{12}$/);
  });
});
