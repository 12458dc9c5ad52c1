import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, root } from '@bliro/up';
import { execFileSync } from 'node:child_process';

/** Writes a new file; one that is there already is never replaced. */
export function create(path: string, content: string): string {
  const file = join(root, path);
  if (existsSync(file)) throw new Failure(`${path} is there already.`);
  mkdirSync(dirname(file), { recursive: true });
  writeFormatted(file, content);
  return `wrote ${path}`;
}

export function edit(path: string, change: (content: string) => string): string {
  const file = join(root, path);
  const before = readFileSync(file, 'utf8');
  writeFormatted(file, change(before));
  return `changed ${path}`;
}

function writeFormatted(file: string, content: string): void {
  writeFileSync(file, content);
  execFileSync(process.execPath, [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--write', file]);
}

/** `close-lane` from `closeLane`, `CloseLane` or `close lane`; a name that can't be one is refused. */
export function kebab(name: string | undefined): string {
  const words = (name ?? '')
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  if (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(words))
    throw new Failure(`“${name ?? ''}” can't be a name: use letters, digits and hyphens, such as close-lane.`);
  return words;
}

export const pascal = (name: string): string =>
  name.replace(/(^|-)([a-z\d])/g, (_all, _dash, letter: string) => letter.toUpperCase());
export const camel = (name: string): string => pascal(name).replace(/^./, (letter) => letter.toLowerCase());
