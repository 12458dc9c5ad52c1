import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from './workspace.js';

interface Line {
  time: string;
  service: string;
  correlationId?: string;
  text: string;
}

/** The lines of all services that belong to one job, in order of time: those that name it, and those with the same correlation id. */
function linesOf(jobId: string): Line[] {
  const all = readdirSync(paths.logs)
    .filter((file) => /\.log(\.old)?$/.test(file))
    .flatMap((file) => readFileSync(join(paths.logs, file), 'utf8').split('\n').flatMap(parse));
  const correlations = new Set(
    all.filter(({ text }) => text.includes(jobId)).map(({ correlationId }) => correlationId),
  );
  correlations.delete(undefined);
  return all
    .filter(({ text, correlationId }) => text.includes(jobId) || correlations.has(correlationId))
    .sort((a, b) => (a.time < b.time ? -1 : 1));
}

function parse(text: string): Line[] {
  if (!text.startsWith('{')) return [];
  try {
    const { time, service, correlationId } = JSON.parse(text) as Record<string, unknown>;
    const at = typeof time === 'number' ? new Date(time).toISOString() : String(time);
    return [
      { time: at, service: String(service), text, ...(typeof correlationId === 'string' ? { correlationId } : {}) },
    ];
  } catch {
    return [];
  }
}

function show({ time, service, text }: Line): string {
  const {
    msg,
    time: _time,
    service: _service,
    level,
    pid: _pid,
    hostname: _hostname,
    ...rest
  } = JSON.parse(text) as Record<string, unknown>;
  return `${time}  ${service.padEnd(14)}  ${String(level).padEnd(5)}  ${typeof msg === 'string' ? msg : ''}  ${JSON.stringify(rest)}`;
}

const [jobId] = process.argv.slice(2);
if (jobId === undefined || jobId.length < 8) {
  process.stderr.write('Which job? npm run logs -- <jobId>\n');
  process.exitCode = 2;
} else {
  const lines = existsSync(paths.logs) ? linesOf(jobId) : [];
  process.stdout.write(
    lines.length > 0
      ? `${lines.map(show).join('\n')}\n`
      : `No line of any service names ${jobId}. The logs are in ${paths.logs}.\n`,
  );
  process.exitCode = lines.length > 0 ? 0 : 1;
}
