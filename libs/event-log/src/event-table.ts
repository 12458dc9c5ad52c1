import { groupRoles, organizationPolicySql, type ServiceSchema } from '@bliro/database';

/**
 * Statements for the migration of a schema that has events. Service roles append and read; only the work roles may
 * write `position`, and nobody changes anything else or deletes.
 */
export function eventTableSql(schema: ServiceSchema): string[] {
  const { http, work } = groupRoles[schema];
  return [
    `CREATE TABLE ${schema}.event (
      id uuid PRIMARY KEY,
      organization text NOT NULL,
      type text NOT NULL,
      subject text NOT NULL,
      subject_version bigint NOT NULL,
      correlation_id text,
      data jsonb NOT NULL,
      at timestamptz NOT NULL DEFAULT clock_timestamp(),
      entry bigint GENERATED ALWAYS AS IDENTITY,
      position bigint UNIQUE
    )`,
    `CREATE INDEX event_unnumbered ON ${schema}.event (entry) WHERE position IS NULL`,
    ...organizationPolicySql(schema, 'event', { http, work }),
    `GRANT SELECT, INSERT ON ${schema}.event TO ${[http, ...work].join(', ')}`,
    `GRANT UPDATE (position) ON ${schema}.event TO ${work.join(', ')}`,
  ];
}

/** Statements for the migration of a schema whose service follows the events of others. */
export function cursorTableSql(schema: ServiceSchema): string[] {
  return [
    `CREATE TABLE ${schema}.event_cursor (
      reader text NOT NULL,
      source text NOT NULL,
      position bigint NOT NULL,
      PRIMARY KEY (reader, source)
    )`,
    `GRANT SELECT, INSERT, UPDATE ON ${schema}.event_cursor TO ${groupRoles[schema].work.join(', ')}`,
  ];
}
