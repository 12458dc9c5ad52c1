import { groupRoles, organizationPolicySql } from '@bliro/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const organization = `
  CREATE TABLE auth.organization (
    organization text PRIMARY KEY,
    pinned_environment_id uuid,
    pinned_by text,
    pinned_at timestamptz,
    tenants uuid[] NOT NULL DEFAULT '{}',
    keep_alive boolean NOT NULL DEFAULT true,
    revision bigint NOT NULL DEFAULT 0
  )`;

const found = `
  CREATE TABLE auth.found_environment (
    connection_id uuid NOT NULL REFERENCES auth.connection ON DELETE CASCADE,
    environment_id uuid NOT NULL,
    organization text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    api_url text NOT NULL,
    type text NOT NULL,
    PRIMARY KEY (connection_id, environment_id)
  )`;

/** Until now the environment in a row was its user's own choice, at the address that Discovery had given them. */
const whatWasChosen = [
  'ALTER TABLE auth.connection NO FORCE ROW LEVEL SECURITY',
  "UPDATE auth.connection SET chosen_environment_id = environment_id, keep_alive_at = now() + interval '30 days'",
  `INSERT INTO auth.found_environment (connection_id, environment_id, organization, name, url, api_url, type)
   SELECT id, environment_id, organization, environment_name, environment_url, environment_api_url, environment_type
     FROM auth.connection WHERE environment_id IS NOT NULL`,
  'ALTER TABLE auth.connection FORCE ROW LEVEL SECURITY',
];

export class CreateOrganization1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { http, work } = groupRoles.auth;
    const all = [http, ...work].join(', ');
    const statements = [
      organization,
      found,
      'CREATE INDEX found_environment_organization ON auth.found_environment (organization, environment_id)',
      `ALTER TABLE auth.connection
         ADD chosen_environment_id uuid,
         ADD pinned boolean NOT NULL DEFAULT false,
         ADD discovery_due_at timestamptz,
         ADD keep_alive_at timestamptz`,
      ...whatWasChosen,
      'CREATE INDEX connection_discovery ON auth.connection (discovery_due_at) WHERE discovery_due_at IS NOT NULL',
      'CREATE INDEX connection_idle ON auth.connection (keep_alive_at) WHERE ciphertext IS NOT NULL',
      ...organizationPolicySql('auth', 'organization', groupRoles.auth),
      ...organizationPolicySql('auth', 'found_environment', groupRoles.auth),
      `GRANT SELECT, INSERT, UPDATE ON auth.organization TO ${all}`,
      `GRANT DELETE ON auth.connection TO ${work.join(', ')}`,
      `GRANT SELECT, INSERT, DELETE ON auth.found_environment TO ${all}`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE auth.found_environment, auth.organization');
    await runner.query(
      `ALTER TABLE auth.connection
         DROP chosen_environment_id, DROP pinned, DROP discovery_due_at, DROP keep_alive_at`,
    );
  }
}
