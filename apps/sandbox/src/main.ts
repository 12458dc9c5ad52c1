import { parseConfig } from '@bliro/config';
import { createLogger, onStop } from '@bliro/observe';
import { configSchema } from './config.js';
import { serviceRegistration } from './entra/registration.js';
import { Sandbox } from './sandbox.js';
import { buildServer, listen } from './server.js';

const config = parseConfig('sandbox', configSchema);
const logger = createLogger('sandbox', config.LOG_LEVEL);
const service = serviceRegistration(config);
const sandbox = await Sandbox.create({
  logger,
  hostAudience: config.HOST_AUDIENCE,
  ...(service === undefined ? {} : { service }),
});
const app = buildServer(sandbox);

onStop(
  async () => {
    sandbox.close();
    await app.close();
  },
  { logger },
);

try {
  await listen(app, sandbox, config.SANDBOX_PORT, config.BIND_ADDRESS);
  logger.info({ origin: sandbox.origin }, 'listening');
} catch (error) {
  process.stderr.write(`The sandbox can't start: ${reasonOf(error)}\n`);
  process.exit(1);
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const place = `${config.BIND_ADDRESS}:${config.SANDBOX_PORT}`;
  if (code === 'EADDRINUSE') return `${place} is taken by another process. Set SANDBOX_PORT to a free port.`;
  if (code === 'EACCES') return `this user may not open ${place}. Set SANDBOX_PORT to a port above 1023.`;
  if (code === 'EADDRNOTAVAIL') return `this machine has no address ${config.BIND_ADDRESS}. Set BIND_ADDRESS.`;
  return message;
}
