import { loadPackageDefinition } from '@grpc/grpc-js';
import type {
  sendUnaryData,
  Server,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import { protoOptions } from './proto.js';

interface Answer {
  status: 'SERVING';
}

export const healthProtoPath = fileURLToPath(new URL('./health.proto', import.meta.url));

/** Adds grpc.health.v1: a server that answers serves. Whether the process is ready, its HTTP health says. */
export function addHealth(server: Server): void {
  server.addService(healthDefinition(), {
    Check: (_call: ServerUnaryCall<unknown, Answer>, done: sendUnaryData<Answer>) => {
      done(null, { status: 'SERVING' });
    },
    Watch: (call: ServerWritableStream<unknown, Answer>) => {
      call.write({ status: 'SERVING' });
    },
  });
}

function healthDefinition() {
  const { grpc } = loadPackageDefinition(loadSync(healthProtoPath, protoOptions)) as unknown as {
    grpc: { health: { v1: { Health: ServiceClientConstructor } } };
  };
  return grpc.health.v1.Health.service;
}
