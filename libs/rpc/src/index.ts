export { createAuthority, loadAuthority, type Authority, type TlsFiles } from './certificates.js';
export { grpcClient, type GrpcClientOptions } from './client.js';
export { parseRequest, RpcFailure, type RpcFailureCode } from './failure.js';
export type { CallerTable, GuardLogger } from './guard.js';
export { grpcServer, type GrpcServerOptions } from './server.js';
