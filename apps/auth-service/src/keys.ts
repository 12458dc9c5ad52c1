import { parseConfig } from '@bliro/config';
import { dataSourceOptions } from '@bliro/database';
import { DataSource } from 'typeorm';
import { keysConfigSchema } from './config.js';
import { AzureKeyRing } from './vault/azure-key-ring.js';
import { ownCloudCredential } from './vault/azure-credential.js';
import { KeyRingFile } from './vault/key-ring-file.js';
import { KeyStore } from './vault/key-store.js';
import { KeyInUse, Rotation } from './vault/rotation.js';

const usage = 'keys rotate | keys rewrap | keys status | keys retire <key id>\n';
const config = parseConfig('auth-service keys', keysConfigSchema);
const ring =
  config.KEY_VAULT_KEY_URL === undefined
    ? new KeyRingFile(config.KEY_RING_FILE ?? '')
    : new AzureKeyRing(config.KEY_VAULT_KEY_URL, ownCloudCredential());
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const keyStore = await new DataSource(dataSourceOptions({ url: config.KEYSTORE_URL, schema: 'keystore' })).initialize();
try {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  process.exitCode = await run(new Rotation(ring, new KeyStore(keyStore), say), process.argv.slice(2));
} finally {
  await keyStore.destroy();
}

async function run(rotation: Rotation, [command, id]: string[]): Promise<number> {
  try {
    if (command === 'rotate') await rotation.rotate(stop.signal);
    else if (command === 'rewrap') await rotation.rewrap(stop.signal);
    else if (command === 'status') await rotation.status();
    else if (command === 'retire' && id !== undefined) await rotation.retire(id);
    else {
      process.stderr.write(usage);
      return 2;
    }
    return stop.signal.aborted ? 130 : 0;
  } catch (error) {
    if (!(error instanceof KeyInUse)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}
