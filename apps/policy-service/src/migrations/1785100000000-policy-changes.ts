import { groupRoles, organizationPolicySql } from '@bliro/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const { http, work } = groupRoles.policy;
const workRoles = work.join(', ');

const tables = [
  `CREATE TABLE policy.change (
    organization text NOT NULL,
    revision bigint NOT NULL,
    id uuid NOT NULL UNIQUE,
    cause text NOT NULL,
    changes jsonb NOT NULL,
    comment text,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (organization, revision)
  )`,
  `CREATE INDEX change_at ON policy.change (organization, changed_at)`,
  `CREATE INDEX change_subject ON policy.change USING gin (changes jsonb_path_ops)`,
  `CREATE TABLE policy.custom_table (
    organization text NOT NULL,
    name text NOT NULL,
    shape jsonb NOT NULL,
    present boolean NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (organization, name)
  )`,
  `CREATE TABLE policy.settings (
    organization text PRIMARY KEY,
    overrides jsonb NOT NULL,
    revision bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL
  )`,
  `CREATE TABLE policy.pause (
    organization text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('organization', 'tool', 'user')),
    id text NOT NULL,
    own boolean NOT NULL,
    comment text,
    paused_at timestamptz NOT NULL,
    paused_by text NOT NULL,
    PRIMARY KEY (organization, scope, id, own)
  )`,
  ...['change', 'custom_table', 'settings', 'pause'].flatMap((table) =>
    organizationPolicySql('policy', table, { http, work }),
  ),
  `GRANT SELECT, INSERT ON policy.change TO ${http}`,
  `GRANT SELECT, INSERT, UPDATE ON policy.custom_table, policy.settings TO ${http}`,
  `GRANT SELECT, INSERT, DELETE ON policy.pause TO ${http}`,
  `GRANT SELECT ON policy.custom_table, policy.settings, policy.pause TO ${workRoles}`,
];

/** What a simulation needs of a decision: which columns the input named, and whether its values fitted them. Never a value. */
const decisionFacts = [
  `ALTER TABLE policy.decision ADD columns text[], ADD fits boolean, ADD meeting text`,
  `CREATE INDEX decision_at ON policy.decision (organization, at)`,
];

export class PolicyChanges1785100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...tables, ...decisionFacts]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX policy.decision_at');
    await runner.query('ALTER TABLE policy.decision DROP columns, DROP fits, DROP meeting');
    await runner.query('DROP TABLE policy.change, policy.custom_table, policy.settings, policy.pause');
  }
}
