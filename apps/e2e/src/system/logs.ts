import { join } from 'node:path';
import { root, Starter } from './starter.js';
import type { Installation } from './system.js';

export interface LogLine {
  time: string;
  service: string;
  line: string;
}

/** What `npm run logs -- <jobId>` prints. */
export async function linesOfJob(installation: Installation, jobId: string): Promise<LogLine[]> {
  const logs = new Starter(installation.environment(), join('tools', 'up', 'dist', 'logs.js'), [jobId]);
  const { code } = await logs.ended;
  if (code !== 0) throw new Error(`The command in ${root} ended with ${code}: ${logs.output}`);
  return logs.output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [time = '', service = ''] = line.split(/ {2,}/);
      return { time, service, line };
    });
}
