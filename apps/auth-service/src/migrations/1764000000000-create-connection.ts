import { groupRoles, organizationPolicySql } from '@bliro/database';
import { eventTableSql } from '@bliro/event-log';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const connection = `
  CREATE TABLE auth.connection (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    organization text NOT NULL,
    user_id text NOT NULL,
    status text NOT NULL DEFAULT 'awaiting_consent' CHECK (status IN
      ('awaiting_consent', 'awaiting_environment', 'active', 'needs_reconnect', 'disconnected')),
    reason text,
    version bigint NOT NULL DEFAULT 1,
    tenant_id uuid,
    subject text,
    account_name text,
    account_email text,
    environment_id uuid,
    environment_name text,
    environment_url text,
    environment_api_url text,
    environment_type text,
    generation integer NOT NULL DEFAULT 0,
    ciphertext text,
    data_key_id uuid,
    claims text,
    keep_token_until timestamptz,
    probe_at timestamptz,
    probe_interval_seconds integer,
    unknown_refusals integer NOT NULL DEFAULT 0,
    unknown_refusal_at timestamptz,
    lease_holder uuid,
    lease_until timestamptz,
    redemptions timestamptz[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    connected_at timestamptz,
    last_used_at timestamptz,
    disconnected_at timestamptz,
    UNIQUE (organization, user_id),
    CHECK ((ciphertext IS NULL) = (data_key_id IS NULL)),
    CHECK (status NOT IN ('awaiting_consent', 'disconnected') OR ciphertext IS NULL),
    CHECK (status NOT IN ('awaiting_environment', 'active') OR ciphertext IS NOT NULL),
    CHECK (status <> 'active' OR environment_url IS NOT NULL)
  )`;

const attempt = `
  CREATE TABLE auth.consent_attempt (
    id uuid PRIMARY KEY,
    organization text NOT NULL,
    user_id text NOT NULL,
    connection_id uuid NOT NULL REFERENCES auth.connection ON DELETE CASCADE,
    connection_version bigint NOT NULL,
    state_hash bytea NOT NULL UNIQUE,
    cookie_hash bytea NOT NULL,
    expected_tenant_id uuid,
    expected_subject text,
    switch_account boolean NOT NULL,
    return_to text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    finished_at timestamptz,
    outcome text
  )`;

export class CreateConnection1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { http, work } = groupRoles.auth;
    const statements = [
      connection,
      'CREATE INDEX connection_data_key ON auth.connection (data_key_id) WHERE data_key_id IS NOT NULL',
      "CREATE INDEX connection_broken ON auth.connection (probe_at, keep_token_until) WHERE status = 'needs_reconnect'",
      attempt,
      'CREATE INDEX consent_attempt_user ON auth.consent_attempt (organization, user_id, created_at)',
      'CREATE INDEX consent_attempt_expiry ON auth.consent_attempt (expires_at)',
      'CREATE INDEX consent_attempt_connection ON auth.consent_attempt (connection_id)',
      ...organizationPolicySql('auth', 'connection', groupRoles.auth),
      ...organizationPolicySql('auth', 'consent_attempt', groupRoles.auth),
      `GRANT SELECT, INSERT, UPDATE ON auth.connection, auth.consent_attempt TO ${[http, ...work].join(', ')}`,
      `GRANT DELETE ON auth.consent_attempt TO ${work.join(', ')}`,
      ...eventTableSql('auth'),
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE auth.event, auth.consent_attempt, auth.connection');
  }
}
