import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { correlationId, runWithCorrelation } from '@bliro/observe';
import { eventually, tcpProxy } from '@bliro/testing';
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, type MicroserviceOptions } from '@nestjs/microservices';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type Authority } from './certificates.js';
import { grpcClient } from './client.js';
import { RpcFailure } from './failure.js';
import { healthProtoPath } from './health.js';
import { protoOptions, type ProtoDescriptor } from './proto.js';
import { grpcServer } from './server.js';

interface Greeter {
  greet(request: { firstName: string }): Promise<{ message: string; correlation: string; visits: number }>;
  dark(request: { firstName: string }): Promise<unknown>;
}

const never = Promise.withResolvers<never>();

@Controller()
class GreeterController {
  @GrpcMethod('Greeter', 'Greet')
  async greet({ firstName }: { firstName: string }) {
    if (firstName === 'nobody') throw new RpcFailure('invalid', 'firstName: nobody');
    if (firstName === 'bug') throw new Error('the password is hunter2');
    if (firstName === 'sleeper') await never.promise;
    return { message: `Hello ${firstName}`, correlation: correlationId() ?? '', visits: 5_000_000_000 };
  }

  @GrpcMethod('Greeter', 'Dark')
  dark() {
    return { message: 'a secret', correlation: '', visits: 0 };
  }
}

@Module({ controllers: [GreeterController] })
class GreeterModule {}

const table = { 'test.Greeter/Greet': ['crm-worker'] };

describe('a gRPC server and its clients', () => {
  let authority: Authority;
  let proto: ProtoDescriptor;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    authority = await createAuthority();
    proto = { package: 'test', service: 'Greeter', path: join(await mkdtemp(join(tmpdir(), 'rpc-')), 'greeter.proto') };
    await writeFile(proto.path, greeterProto);
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  it('greets a caller of the table, under his correlation id, with fields in camelCase and numbers as numbers', async () => {
    const url = await listening();
    const client = await clientOf(url, 'crm-worker');
    const reply = await runWithCorrelation('meeting-0815', () => client.greet({ firstName: 'Ada' }));
    expect(reply).toEqual({ message: 'Hello Ada', correlation: 'meeting-0815', visits: 5_000_000_000 });
  });

  it('gives a call without a correlation id a new one', async () => {
    const client = await clientOf(await listening(), 'crm-worker');
    expect((await client.greet({ firstName: 'Ada' })).correlation).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('denies a caller that the table does not have under the method, and a method that it does not have', async () => {
    const url = await listening();
    const stranger = await clientOf(url, 'job-service');
    await expect(stranger.greet({ firstName: 'Ada' })).rejects.toMatchObject({ code: 'denied' });
    const worker = await clientOf(url, 'crm-worker');
    await expect(worker.dark({ firstName: 'Ada' })).rejects.toMatchObject({ code: 'denied' });
  });

  it('has no connection for a client without a certificate or with one of another authority', async () => {
    const url = await listening();
    const other = await clientOf(url, 'crm-worker', await createAuthority());
    await expect(other.greet({ firstName: 'Ada' })).rejects.toMatchObject({ code: 'unavailable' });
    const bare = rawClient(
      url,
      'Greeter',
      proto.path,
      'test.Greeter',
      credentials.createSsl(Buffer.from(authority.caCert)),
    );
    await expect(bare('Greet', { firstName: 'Ada' })).rejects.toMatchObject({ code: 14 });
  });

  it('is left alone by a client that expects another service behind the address', async () => {
    const client = await clientOf(await listening(), 'crm-worker', authority, { server: 'auth-service' });
    await expect(client.greet({ firstName: 'Ada' })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('passes on a failure that a handler meant and hides one that it did not', async () => {
    const client = await clientOf(await listening(), 'crm-worker');
    const meant = client.greet({ firstName: 'nobody' });
    await expect(meant).rejects.toThrow('Greeter/Greet: firstName: nobody');
    await expect(meant).rejects.toBeInstanceOf(RpcFailure);
    const bug = await client.greet({ firstName: 'bug' }).catch((error: unknown) => error as RpcFailure);
    expect(bug).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(bug)).not.toContain('hunter2');
  });

  it('ends a call at its deadline', async () => {
    const client = await clientOf(await listening({ graceMs: 50 }), 'crm-worker', authority, { timeoutMs: 150 });
    await expect(client.greet({ firstName: 'sleeper' })).rejects.toMatchObject({ code: 'deadline' });
  });

  it('is found again by its clients after a restart on the same port', async () => {
    const url = await freeUrl();
    const first = await start(url);
    const client = await clientOf(url, 'crm-worker');
    await client.greet({ firstName: 'Ada' });
    await first.close();
    await expect(client.greet({ firstName: 'Ada' })).rejects.toMatchObject({ code: 'unavailable' });
    await start(url);
    const reply = await eventually(() => client.greet({ firstName: 'Ada' }));
    expect(reply.message).toBe('Hello Ada');
  });

  it('is left by its clients while it hangs, for another replica', async () => {
    const proxy = await tcpProxy(`tcp://${await listening()}`);
    closing.push(() => proxy.close());
    const other = await freeUrl();
    const urls = `${new URL(proxy.url).host},${other}`;
    const client = await clientOf(urls, 'crm-worker', authority, { timeoutMs: 200 });
    await client.greet({ firstName: 'Ada' });
    proxy.freeze();
    await expect(client.greet({ firstName: 'Ada' })).rejects.toMatchObject({ code: 'deadline' });
    await start(other);
    expect(await eventually(() => greetTimes(client, 8))).toBe(8);
  });

  it('stops within its grace although a call is under way', async () => {
    const url = await freeUrl();
    const app = await start(url, { graceMs: 100 });
    const client = await clientOf(url, 'crm-worker');
    await client.greet({ firstName: 'Ada' });
    const hanging = client.greet({ firstName: 'sleeper' });
    hanging.catch(() => undefined);
    const from = performance.now();
    await app.close();
    expect(performance.now() - from).toBeLessThan(2000);
    await expect(hanging).rejects.toBeInstanceOf(RpcFailure);
  });

  it('tells every service of the house that it serves', async () => {
    const url = await listening();
    const { ca, cert, key } = await authority.issue('auth-service');
    const channel = credentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert));
    const health = rawClient(url, 'Health', healthProtoPath, 'grpc.health.v1.Health', channel);
    expect(await health('Check', { service: '' })).toEqual({ status: 'SERVING' });
  });

  async function greetTimes(client: Greeter, times: number): Promise<number> {
    for (let time = 0; time < times; time++) await client.greet({ firstName: 'Ada' });
    return times;
  }

  async function listening(o: { graceMs?: number } = {}): Promise<string> {
    const url = await freeUrl();
    await start(url, o);
    return url;
  }

  async function start(url: string, o: { graceMs?: number } = {}): Promise<INestMicroservice> {
    const options = grpcServer(proto, {
      url,
      tls: await authority.issue('policy-service'),
      table,
      ...o,
    });
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(GreeterModule, { ...options, logger: false });
    await app.listen();
    closing.push(() => app.close());
    return app;
  }

  async function clientOf(url: string, name: string, of = authority, o: { server?: string; timeoutMs?: number } = {}) {
    const tls = await of.issue(name);
    const client = grpcClient<Greeter>(proto, {
      url,
      tls,
      server: 'policy-service',
      timeoutMs: 1000,
      ...o,
    });
    closing.push(() => {
      client.close();
    });
    return client;
  }

  function rawClient(
    url: string,
    service: string,
    path: string,
    name: string,
    channel: ReturnType<typeof credentials.createSsl>,
  ) {
    const definition = loadSync(path, protoOptions)[name] as ServiceDefinition;
    const client = new (makeGenericClientConstructor(definition, service))(url, channel);
    closing.push(() => {
      client.close();
    });
    return (method: string, request: unknown): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const call = client[method] as (
          r: unknown,
          o: unknown,
          done: (error: Error | null, reply: unknown) => void,
        ) => void;
        call.call(client, request, { deadline: Date.now() + 1000 }, (error, reply) => {
          if (error) reject(error);
          else resolve(reply);
        });
      });
  }
});

async function freeUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${String(port)}`;
}

const greeterProto = `
syntax = "proto3";
package test;
service Greeter {
  rpc Greet(GreetRequest) returns (GreetReply);
  rpc Dark(GreetRequest) returns (GreetReply);
}
message GreetRequest { string first_name = 1; }
message GreetReply { string message = 1; string correlation = 2; int64 visits = 3; }
`;
