import 'reflect-metadata';
import { parseConfig } from '@bliro/config';
import { createLogger, onStop, startHealth } from '@bliro/observe';
import type { INestApplication } from '@nestjs/common';
import { configSchema } from './config.js';
import { Databases } from './databases.js';
import { assemble } from './parts.js';
import { startAuth } from './start.js';

const config = parseConfig('auth-service', configSchema);
const logger = createLogger('auth-service', config.LOG_LEVEL);
const databases = new Databases(config);
const parts = assemble(config, databases, logger);
let app: INestApplication | undefined;

const health = await startHealth({
  port: config.HEALTH_PORT,
  address: config.BIND_ADDRESS,
  ready: async () => {
    await databases.ready();
    if (app === undefined) throw new Error('the APIs do not listen yet');
  },
});
onStop(
  async () => {
    await app?.close();
    await parts.close();
    await databases.close();
    await health.close();
  },
  { logger },
);

await databases.connect(logger);
app = await startAuth(config, parts, logger);
parts.upkeep.start();
logger.info({ port: config.PORT, grpcPort: config.GRPC_PORT }, 'auth-service is up');
