export { eventually } from './eventually.js';
export { queueBackends, type QueueBackend } from './queue-backends.js';
export { sandboxProcess, type JournalEntry, type SandboxProcess } from './sandbox-process.js';
export { adminUrl } from './server.js';
export { tcpProxy, type TcpProxy } from './tcp-proxy.js';
export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
