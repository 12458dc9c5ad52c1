import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.js';
import { portOf } from './ports.js';
import { bringUp, type System } from './up.js';
import { root } from './workspace.js';

/** `npm run dev`: everything up with an inspector each; a change is built and restarts the services that contain it. */
runCommand(async (command) => {
  const system = await bringUp(command, {
    port: portOf('PORT', 8080),
    sandboxPort: portOf('SANDBOX_PORT', 8090),
    sandbox: true,
    inspect: true,
    progress: (step) => process.stdout.write(`  ${step} …\n`),
  });
  watchSources(system);
  process.stdout.write(
    `ready ${system.apiUrl}\nInspectors: sandbox 9230, auth-service 9231, policy-service 9232, job-service 9233, crm-worker 9234. Watching apps and libs; Ctrl-C stops all of it.\n`,
  );
  return 'stays';
});

function watchSources(system: System): void {
  const changed = new Set<string>();
  let busy = false;
  const settle = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    while (changed.size > 0) {
      const projects = new Set(changed);
      changed.clear();
      await rebuild(system, projects);
    }
    busy = false;
  };
  for (const project of projects()) {
    const watcher = watch(join(root, project, 'src'), { recursive: true }, (_event, file) => {
      if (!file || file.endsWith('.spec.ts')) return;
      changed.add(project);
      // A short pause gathers the several events that one save makes.
      setTimeout(() => void settle(), 100);
    });
    // A file that came and went, or that this user may not read, is no reason to end.
    watcher.on('error', (error) => process.stdout.write(`not watched: ${error.message}\n`));
  }
}

const projects = (): string[] =>
  ['apps', 'libs']
    .flatMap((kind) => readdirSync(join(root, kind)).map((name) => `${kind}/${name}`))
    .filter((path) => existsSync(join(root, path, 'src')));

async function rebuild(system: System, changed: ReadonlySet<string>): Promise<void> {
  const code = await new Promise((resolve) => {
    const nx = ['node_modules/.bin/nx', 'run-many', '-t', 'build', '--output-style=static'];
    spawn(process.execPath, nx, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }).once('exit', resolve);
  });
  if (code !== 0) {
    process.stdout.write('The build failed; what runs stays as it was.\n');
    return;
  }
  for (const service of system.supervisor.names().filter((name) => contains(`apps/${name}`, changed))) {
    await system.supervisor.restart(service);
    process.stdout.write(`restarted ${service}\n`);
  }
}

function contains(project: string, changed: ReadonlySet<string>, seen = new Set<string>()): boolean {
  if (changed.has(project)) return true;
  if (seen.has(project)) return false;
  seen.add(project);
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, project, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  return Object.keys(dependencies)
    .filter((name) => name.startsWith('@bliro/'))
    .some((name) => contains(`libs/${name.slice('@bliro/'.length)}`, changed, seen));
}
