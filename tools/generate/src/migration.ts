import { Failure } from '@bliro/up';
import { create, edit, kebab, pascal } from './write.js';

const folders: Record<string, string> = {
  auth: 'apps/auth-service/src/migrations',
  policy: 'apps/policy-service/src/migrations',
  crm: 'libs/ledger/src/migrations',
};

/** A migration of the schema's owner, named by its time, and listed as the last one. */
export function generateMigration(schema?: string, name?: string): string[] {
  const folder = folders[schema ?? ''];
  if (!folder) throw new Failure(`Which schema? ${Object.keys(folders).join(', ')}`);
  const now = String(Date.now());
  const file = `${now}-${kebab(name)}`;
  const className = `${pascal(kebab(name))}${now}`;
  return [
    create(`${folder}/${file}.ts`, migration(className)),
    edit(`${folder}/index.ts`, (index) => listMigration(index, className, `./${file}.js`)),
    'Next: write its SQL, and an int spec that shows what it changes.',
  ];
}

const migration = (className: string): string => `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ${className} implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(\`\`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(\`\`);
  }
}
`;

/** Adds the import after the last one and the class at the end of the first list of migration classes. */
export function listMigration(index: string, className: string, from: string): string {
  const imports = [...index.matchAll(/^import .*$/gm)];
  const last = imports.at(-1);
  if (!last) throw new Failure('The index of migrations has no import to add to.');
  const after = last.index + last[0].length;
  const withImport = `${index.slice(0, after)}\nimport { ${className} } from '${from}';${index.slice(after)}`;
  return withImport.replace(
    /(= \[)([^\]]*?),?(\s*\];)/,
    (_all, open: string, classes: string, close: string) => `${open}${classes}, ${className}${close}`,
  );
}
