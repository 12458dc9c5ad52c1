import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** A process at one start of it: its number alone may go to another one later. */
export interface ProcessMark {
  pid: number;
  command: string;
}

interface Running extends ProcessMark {
  parent: number;
}

/** The process and all that it has started, and those have. */
export function treeOf(pid: number): ProcessMark[] {
  const all = running();
  const found = all.filter((row) => row.pid === pid);
  for (const { pid: parent } of found) found.push(...all.filter((row) => row.parent === parent));
  return found.map(({ pid: own, command }) => ({ pid: own, command }));
}

export function stillRunning(marks: readonly ProcessMark[]): ProcessMark[] {
  const all = running();
  return marks.filter(({ pid, command }) => all.some((row) => row.pid === pid && row.command === command));
}

/** Without zombies: these have ended, and only their parents haven't asked yet. */
function running(): Running[] {
  return existsSync('/proc/self/stat') ? ofLinux() : ofPs();
}

function ofLinux(): Running[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, state = '', parent] = /\) (\w) (\d+) [^)]*$/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), command }];
    } catch {
      return [];
    }
  });
}

function ofPs(): Running[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8', maxBuffer: 50_000_000 });
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}
