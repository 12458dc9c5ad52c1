export { ConfigError, parseConfig, readConfig, type Environment } from './read.js';
export { describeConfig, type VariableDescription } from './describe.js';
export {
  csv,
  databaseUrl,
  file,
  flag,
  grpcAddress,
  port,
  replaceableSecretFile,
  secretFile,
  serviceUrl,
} from './fields.js';
export { appOriginOf, commonConfig, hostConfig, hostOf, tlsConfig, tlsOf } from './standard-fields.js';
export { refuseStandins } from './standins.js';
export { isLoopback } from './origin.js';
