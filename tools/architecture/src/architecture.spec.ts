import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cycleOf, packages, root, sources } from './workspace.js';

const all = packages();
const libraries = all.filter(({ tags }) => tags.includes('type:lib'));

describe('the workspace', () => {
  it('is found', () => {
    expect(libraries.map(({ name }) => name)).toContain('@bliro/contract');
    expect(sources('libs/contract').length).toBeGreaterThan(3);
  });

  it('has no cycle among its packages', () => {
    expect(cycleOf(all)).toBeUndefined();
  });

  it('has no file of more than 300 lines', () => {
    const long = ['apps', 'libs', 'tools'].flatMap(sources).filter(({ path }) => linesOf(path) > 300);
    expect(long).toEqual([]);
  });

  it('has no folder that takes in everything', () => {
    const sinks = ['apps', 'libs', 'tools']
      .flatMap(sources)
      .filter(({ path }) => /(^|\/)(utils?|common|shared|helpers?)(\/|\.ts$)/.test(path));
    expect(sinks).toEqual([]);
  });

  it('has a tag on every package', () => {
    expect(all.filter(({ tags }) => tags.length === 0)).toEqual([]);
  });
});

describe.each(libraries.map((library) => [library.name, library] as const))('the library %s', (name, library) => {
  it('has two users or more', () => {
    expect(usersOf(name).length).toBeGreaterThanOrEqual(2);
  });

  it('has at most 20 files', () => {
    if (basename(library.folder) === 'ledger') return;
    const shipped = sources(`${library.folder}/src`).filter(({ test }) => !test);
    expect(shipped.length).toBeLessThanOrEqual(20);
  });
});

describe('cycleOf', () => {
  it('finds a cycle and names its packages', () => {
    const at = (name: string, ...dependencies: string[]) => ({ name, dependencies });
    expect(cycleOf([at('a', 'b'), at('b', 'c'), at('c', 'b')])).toEqual(['b', 'c', 'b']);
    expect(cycleOf([at('a', 'b', 'c'), at('b', 'c'), at('c')])).toBeUndefined();
  });
});

function usersOf(name: string): string[] {
  return all
    .filter((other) => other.name !== name)
    .filter(({ folder, tags }) => {
      const counts = ({ test }: { test: boolean }): boolean =>
        !test || tags.includes('type:e2e') || name === '@bliro/testing';
      return sources(folder).some((source) => counts(source) && importsOf(source.path).includes(name));
    })
    .map((other) => other.name);
}

function importsOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/(?:from|import) '(@bliro\/[a-z-]+)/g)].map(([, name]) => name ?? '');
}

function linesOf(path: string): number {
  return readFileSync(join(root, path), 'utf8').split('\n').length - 1;
}
