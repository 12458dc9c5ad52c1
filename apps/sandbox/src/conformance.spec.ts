import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const here = new URL('..', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, here), 'utf8');
const { required, notes } = z
  .strictObject({ required: z.record(z.string(), z.array(z.string())), notes: z.array(z.string()) })
  .parse(JSON.parse(read('conformance-rows.json')));

interface Row {
  section: string;
  behaviour: string;
  source: string;
  tests: string;
  differs: string;
}

/** The rows of a page's tables, under their headings. */
function rowsOf(page: string): Row[] {
  const rows: Row[] = [];
  let section = '';
  for (const line of page.split('\n')) {
    if (/^##+ /.test(line)) section = line.replace(/^#+ /, '').trim();
    const cells = line.startsWith('|')
      ? line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
      : [];
    const [behaviour = '', source = '', tests = '', differs = ''] = cells;
    if (cells.length === 0 || behaviour === 'behaviour' || /^-+$/.test(behaviour)) continue;
    expect([behaviour, cells.length]).toEqual([behaviour, 4]);
    rows.push({ section, behaviour, source, tests, differs });
  }
  return rows;
}

/** The tests that a row names: a file, and words that stand in it. */
function testsOf({ tests }: Row): { file: string; words: string }[] {
  return [...tests.matchAll(/`([\w./-]+\.spec\.ts)`: (.*?)(?=; `[\w./-]+\.spec\.ts`: |$)/g)].map(
    ([, file = '', words = '']) => ({ file, words }),
  );
}

const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ');
const rows = rowsOf(read('CONFORMANCE.md'));

describe('CONFORMANCE.md', () => {
  it('has each required row once, and no other', () => {
    const wanted = Object.entries(required).flatMap(([section, all]) => all.map((one) => `${section}: ${one}`));
    expect(rows.map(({ section, behaviour }) => `${section}: ${behaviour}`)).toEqual(wanted);
    expect(new Set(wanted).size).toBe(wanted.length);
  });

  it('says of each where it is from and what differs', () => {
    for (const { behaviour, source, differs } of rows)
      expect([behaviour, source, differs]).not.toEqual(expect.arrayContaining(['']));
  });

  it.each(rows.map((row) => [row.behaviour, row] as const))('names tests that exist: %s', (behaviour, row) => {
    const tests = testsOf(row);
    if (notes.includes(behaviour)) expect(row.tests).toBe('note');
    else expect(tests.length).toBeGreaterThan(0);
    for (const { file, words } of tests) {
      expect(existsSync(new URL(`src/${file}`, here))).toBe(true);
      expect(squeezed(read(`src/${file}`))).toContain(squeezed(words));
    }
  });
});
