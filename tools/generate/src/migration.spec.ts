import { describe, expect, it } from '@jest/globals';
import { listMigration } from './migration.js';

describe('listMigration', () => {
  it('adds the import and the class at the end of the list', () => {
    const index = `import { A1 } from './1-a.js';

/** All of them. */
export const migrations: MigrationClass[] = [A1];
`;
    expect(listMigration(index, 'B2', './2-b.js')).toBe(`import { A1 } from './1-a.js';
import { B2 } from './2-b.js';

/** All of them. */
export const migrations: MigrationClass[] = [A1, B2];
`);
  });
});
