import type { Table } from '../schema/table.js';

/** How far a privilege reaches: rows of one's own, of one's business unit, or all. */
export const depths = ['none', 'user', 'businessUnit', 'organization'] as const;
export type Depth = (typeof depths)[number];

export const operations = ['create', 'read', 'write', 'delete', 'append', 'appendTo', 'assign'] as const;
export type Operation = (typeof operations)[number];

export type Privileges = Partial<Record<Operation, Depth>>;

/** A security role. */
export interface Role {
  name: string;
  depth: (table: Table, operation: Operation) => Depth;
}

export const fullRole: Role = {
  name: 'Salesperson',
  depth: (table, operation) => {
    if (table.logicalName === 'audit') return 'none';
    return operation === 'read' || operation === 'appendTo' || table.writable ? 'organization' : 'none';
  },
};

export const readRole: Role = {
  name: 'Sales reader',
  depth: (table, operation) => (operation === 'read' && table.logicalName !== 'audit' ? 'organization' : 'none'),
};

export const administratorRole: Role = { name: 'System Administrator', depth: () => 'organization' };

/** A role from what control says of it: privileges by table, `*` for every other table. */
export function customRole(name: string, byTable: Readonly<Record<string, Privileges>>): Role {
  return {
    name,
    depth: ({ logicalName }, operation) => (byTable[logicalName] ?? byTable['*'])?.[operation] ?? 'none',
  };
}

export function deepest(roles: readonly Role[], table: Table, operation: Operation): Depth {
  const found = roles.map((role) => depths.indexOf(role.depth(table, operation)));
  return depths[Math.max(0, ...found)] ?? 'none';
}
