export { createAuthority, loadAuthority, type Authority, type TlsFiles } from './certificates.js';
export { grpcClient } from './client.js';
export { parseRequest, RpcFailure } from './failure.js';
export type { ProtoDescriptor } from './proto.js';
export { grpcServer } from './server.js';
