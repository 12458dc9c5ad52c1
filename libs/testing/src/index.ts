export { eventually } from './eventually.js';
export { freePort } from './free-port.js';
export { grpcStub, type GrpcStub } from './grpc-stub.js';
export { HostProduct, type HostMessage, type HostSession } from './host-product.js';
export { queueBackends, type QueueBackend } from './queue-backends.js';
export { SandboxProcess } from './sandbox-process.js';
export { adminUrl } from './server.js';
export { tcpProxy, type TcpProxy } from './tcp-proxy.js';
export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
