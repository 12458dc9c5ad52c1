// Runs before anything is installed, on whatever Node the machine has (20 or newer): no dependencies, no TypeScript.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const runDir = process.env.RUN_DIR ?? join(root, '.run');
const node = join(root, 'node_modules', '.bin', 'node');
const stamp = join(root, 'node_modules', '.installed-lock');
const needsDiskGb = 2;

const commands = {
  demo: 'tools/demo/dist/main.js',
  start: 'tools/up/dist/start.js',
  sandbox: 'tools/up/dist/sandbox.js',
  dev: 'tools/up/dist/dev.js',
  test: 'tools/up/dist/test.js',
  check: 'tools/up/dist/check.js',
  keys: 'tools/up/dist/keys.js',
  logs: 'tools/up/dist/logs.js',
  generate: 'tools/generate/dist/main.js',
};

class SetupError extends Error {}
let stopping = false;

/** Runs a set-up step; its output goes to a file and is shown only where it failed. */
async function step(what, command, args) {
  mkdirSync(join(runDir, 'logs'), { recursive: true });
  const log = join(runDir, 'logs', 'setup.log');
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const ticker = setInterval(() => process.stderr.write(`  ${what} … ${seconds()}\n`), 10_000);
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => {
    child.kill('SIGTERM');
    // npm may take a minute to notice; what it leaves half done is done again next time.
    setTimeout(() => child.kill('SIGKILL'), 2_000).unref();
  };
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => process.once(signal, stop));
  const out = createWriteStream(log);
  child.stdout.pipe(out, { end: false });
  child.stderr.pipe(out, { end: false });
  const code = await new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new SetupError(`${command} can't be started (${error.code}). Install npm and try again.`)),
    );
    child.once('close', (status) => resolve(status ?? 1));
  }).finally(() => {
    clearInterval(ticker);
    ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => process.removeListener(signal, stop));
    out.end();
  });
  if (stopping) throw new SetupError('Stopped during the set-up. Run the same command again: it goes on from here.');
  if (code !== 0) {
    const said = readFileSync(log, 'utf8');
    const full = /ENOSPC|no space left/i.test(said) ? ` The disk is full: free ${needsDiskGb} GB.` : '';
    throw new SetupError(
      `${what} failed.${full} Its last lines (all of it: ${log}):\n${said.trimEnd().split('\n').slice(-15).join('\n')}`,
    );
  }
  return seconds();
}

async function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(node)) return;
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < needsDiskGb * 1e9)
    throw new SetupError(`This needs ${needsDiskGb} GB of free disk, and there is less.`);
  rmSync(stamp, { force: true });
  process.stderr.write('Installing the dependencies (once; about a minute, 0.7 GB) …\n');
  const took = await step('Installing the dependencies', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  writeFileSync(stamp, wanted);
  process.stderr.write(`Installed in ${took}.\n`);
}

/** One set-up at a time: two `npm ci` in one folder destroy each other's work. */
async function withSetupLock(work) {
  mkdirSync(runDir, { recursive: true });
  const lock = join(runDir, 'setup.lock');
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const other = Number(readFileSync(lock, 'utf8'));
    if (alive(other))
      throw new SetupError(`Another set-up is running here (process ${other}). Wait until it has ended.`);
    writeFileSync(lock, String(process.pid));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function run(script, args) {
  const child = spawn(node, ['--enable-source-maps', join(root, script), ...args], {
    cwd: root,
    // The IPC channel lets the child notice when this process is killed without a chance to pass that on.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, RUN_DIR: runDir, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => {
    if (signal) process.stderr.write('Stopped.\n');
    process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
  });
}

async function main() {
  const [name, ...args] = process.argv.slice(2);
  const script = commands[name];
  if (!script)
    throw new SetupError(`There is no command ${name ?? ''}. There are: ${Object.keys(commands).join(', ')}.`);
  if (Number.parseInt(process.versions.node, 10) < 20)
    throw new SetupError(`Node ${process.versions.node} is too old: install Node 20 or newer.`);
  // It only reads, also while another command is being set up.
  if (name === 'logs' && existsSync(join(root, script))) return run(script, args);
  await withSetupLock(async () => {
    await install();
    await step('Building', node, ['node_modules/.bin/nx', 'run-many', '-t', 'build', '--output-style=static']);
  });
  run(script, args);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => (stopping = true));
main().catch((error) => {
  const full = error.code === 'ENOSPC' ? `The disk is full: free ${needsDiskGb} GB and try again.` : undefined;
  process.stderr.write(
    `${full ?? (error instanceof SetupError ? error.message : `The set-up failed: ${error.message}`)}\n`,
  );
  process.exitCode = stopping ? 130 : 1;
});
