import { describe, expect, it } from '@jest/globals';
import { standardTables as tables } from './index.js';

const tableByName = (name: string) => tables.find(({ logicalName }) => logicalName === name);

describe.each(tables.map((table) => [table.logicalName, table] as const))('table %s', (_name, table) => {
  const columns = Object.entries(table.columns);

  it('has its primary columns and a decent set of others', () => {
    expect(table.columns[table.primaryId]?.type).toBe('Uniqueidentifier');
    expect(table.columns[table.primaryName]?.type).toBe('String');
    expect(columns.length).toBeGreaterThanOrEqual(15);
    expect(columns.every(([name]) => name === name.toLowerCase())).toBe(true);
  });

  it('has lookups that lead somewhere, each navigation property once', () => {
    const targets = columns.flatMap(([, column]) => column.targets ?? []);
    expect(targets.filter((target) => target.table !== 'owner' && !tableByName(target.table))).toEqual([]);
    expect(new Set(targets.map(({ navigation }) => navigation)).size).toBe(targets.length);
  });

  it('has a status for each state', () => {
    const states = (table.columns['statecode']?.options ?? []).map(({ value }) => value);
    const owners = (table.columns['statuscode']?.options ?? []).map(({ state }) => state);
    expect([...new Set(owners)]).toEqual(states);
  });
});
