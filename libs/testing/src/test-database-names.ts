import { removeInstallation } from '@bliro/database';
import type { Client } from 'pg';
import { adminUrl } from './server.js';

/**
 * PostgreSQL doesn't say how old a database is, so names carry it: for a suite's copy the second, for a template the
 * hour in which suites share it.
 */
const NAME = /^bliro_test_([ct])_([0-9a-z]+)_[0-9a-z_]+$/;
const HOUR_MS = 3_600_000;

export function templateName(contents: string, now = Date.now()): string {
  return `bliro_test_t_${stamp(Math.floor(now / HOUR_MS) * HOUR_MS)}_${contents}`;
}

export function cloneName(random: string, now = Date.now()): string {
  return `bliro_test_c_${stamp(now)}_${random}`;
}

/** Made, or shared for the last time, more than an hour ago: whoever used it is gone. */
export function isStale(name: string, now = Date.now()): boolean {
  const [, kind, made = ''] = NAME.exec(name) ?? [];
  if (kind === undefined) return false;
  return now - Number.parseInt(made, 36) * 1000 > (kind === 't' ? 2 * HOUR_MS : HOUR_MS);
}

export async function removeStale(admin: Client, except: string): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    `select datname from pg_database
      where datname like 'bliro\\_test\\_%' and datname not like '%\\_keystore' and pg_has_role(datdba, 'usage')`,
  );
  for (const { datname } of rows) {
    if (datname !== except && isStale(datname)) {
      await removeInstallation({ adminUrl: adminUrl(), database: datname, keepLogins: true });
    }
  }
}

function stamp(time: number): string {
  return Math.floor(time / 1000).toString(36);
}
