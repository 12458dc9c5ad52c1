import { readInfo, SandboxClient, type Info } from '@bliro/sandbox-client';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { accessTokenFor } from './sandbox-sign-in.js';

const entry = fileURLToPath(new URL('../../../apps/sandbox/dist/main.js', import.meta.url));

/** The sandbox as a process of its own, from its build, on a port of its own. */
export class SandboxProcess extends SandboxClient {
  private constructor(
    origin: string,
    info: Info,
    private readonly child: ChildProcess,
  ) {
    super(origin, info);
  }

  /** @param environment settings beside those that it can't do without, such as SANDBOX_CLIENT_SECRET_FILE */
  static async start(environment: Record<string, string> = {}): Promise<SandboxProcess> {
    await built();
    const port = await freePort();
    const child = spawn(process.execPath, [entry], {
      env: {
        PATH: process.env['PATH'],
        ALLOW_LOCAL_STANDINS: '1',
        SANDBOX_PORT: String(port),
        LOG_LEVEL: 'error',
        ...environment,
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const origin = `http://127.0.0.1:${port}`;
    const info = await Promise.race([whenEnded(child), eventually(() => readInfo(origin))]);
    return new SandboxProcess(origin, info, child);
  }

  /** An access token for `<resource>/user_impersonation`, got as any OAuth client gets it. */
  signIn(upn: string, resource: string): Promise<string> {
    return accessTokenFor(this, upn, resource);
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}

/** A build that runs at the moment takes the file away for an instant. */
async function built(): Promise<void> {
  await eventually(() => Promise.resolve(existsSync(entry) || undefined), { timeoutMs: 5_000 }).catch(() => {
    throw new Error('Build the sandbox first: npx nx build @bliro/sandbox');
  });
}

/** Rejects with what the process said when it ends, so that a sandbox that can't start is no mystery. */
function whenEnded(child: ChildProcess): Promise<never> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', () => {
      reject(new Error(`The sandbox has ended: ${said}`));
    });
  });
  ended.catch(() => undefined);
  return ended;
}
