import { execFileSync } from 'node:child_process';

/** A process at one start of it: its number alone may go to another one later. */
export interface ProcessMark {
  pid: number;
  command: string;
}

interface Row extends ProcessMark {
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

function running(): Row[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8', maxBuffer: 50_000_000 });
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // A zombie has ended; only its parent hasn't asked yet.
    return pid === undefined || state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}
