import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '../../..');

export interface Package {
  readonly name: string;
  /** Folder relative to the root, e.g. `libs/queue`. */
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly tags: readonly string[];
}

interface PackageJson {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  nx?: { tags?: string[] };
}

/** Every package of the workspace; `dependencies` are those on our own, without what only tests need. */
export function packages(): Package[] {
  return globSync('{apps,libs,tools}/*/package.json', { cwd: root }).map((path) => {
    const { name, dependencies = {}, nx } = JSON.parse(readFileSync(join(root, path), 'utf8')) as PackageJson;
    const own = Object.keys(dependencies).filter((each) => each.startsWith('@bliro/'));
    return { name, folder: dirname(path), dependencies: own, tags: nx?.tags ?? [] };
  });
}

/** The sources of a folder, relative to the root; tests are those files that are not shipped. */
export function sources(folder: string): { path: string; test: boolean }[] {
  return globSync(`${folder}/**/*.{ts,mjs}`, {
    cwd: root,
    exclude: (path) => /^(node_modules|dist)$/.test(basename(path)),
  }).map((path) => ({ path, test: /\.spec\.ts$|\/fixture\//.test(path) }));
}

/** Packages in the order of a cycle among their dependencies, if there is one. */
export function cycleOf(all: readonly Pick<Package, 'name' | 'dependencies'>[]): string[] | undefined {
  const known = new Map(all.map((each) => [each.name, each.dependencies]));
  const done = new Set<string>();
  const visit = (name: string, path: string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of known.get(name) ?? []) {
      const found = visit(next, [...path, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of known.keys()) {
    const found = visit(name, []);
    if (found) return found;
  }
  return undefined;
}
