import { groupRoles, organizationPolicySql } from '@bliro/database';
import { eventTableSql } from '@bliro/event-log';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const { http, work } = groupRoles.policy;
const workRoles = work.join(', ');

const toolTables = [
  `CREATE TABLE policy.revision (
    organization text PRIMARY KEY,
    revision bigint NOT NULL CHECK (revision >= 0)
  )`,
  `CREATE TABLE policy.tool (
    organization text NOT NULL,
    key text NOT NULL,
    permission text NOT NULL CHECK (permission IN ('always_allow', 'ask', 'deny')),
    description text,
    fields text[],
    revision bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    PRIMARY KEY (organization, key)
  )`,
  ...['revision', 'tool'].flatMap((table) => organizationPolicySql('policy', table, { http, work })),
  `GRANT SELECT, INSERT, UPDATE ON policy.revision, policy.tool TO ${http}`,
  `GRANT SELECT ON policy.revision, policy.tool TO ${workRoles}`,
];

const decisionTable = [
  `CREATE TABLE policy.decision (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    organization text,
    user_id text,
    job uuid,
    action uuid,
    tool text,
    purpose text NOT NULL,
    effect text NOT NULL,
    reason text NOT NULL,
    revision bigint NOT NULL,
    input_hash text,
    correlation_id text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE NULLS NOT DISTINCT (id, organization, action, purpose, revision, effect, reason)
  )`,
  `CREATE INDEX decision_use ON policy.decision (organization, tool, position) WHERE effect = 'allow'`,
  ...organizationPolicySql('policy', 'decision', { http, work }),
  `GRANT SELECT ON policy.decision TO ${http}`,
  `GRANT SELECT, INSERT ON policy.decision TO ${workRoles}`,
];

export class PolicyTables1785000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...toolTables, ...decisionTable, ...eventTableSql('policy')]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE policy.event, policy.decision, policy.tool, policy.revision');
  }
}
