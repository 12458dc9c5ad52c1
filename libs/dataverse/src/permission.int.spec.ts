import { createAuthority } from '@bliro/rpc';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer as createHttps, type Server } from 'node:https';
import { connect, createServer as createTcp, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createDataverse, type DataverseOptions } from './client.js';

const trusted = getCACertificates('default');
const seen: (string | undefined)[] = [];
let server: Server;
/** In front of the server: takes connections at once, and lets no byte through before it is told to. */
let slow: TcpServer;
let held: Socket[];
let connections: number;

beforeAll(async () => {
  const authority = await createAuthority();
  setDefaultCACertificates([...trusted, authority.caCert]);
  server = createHttps(await authority.issue('dataverse'), (request, response) => {
    seen.push(request.headers.authorization);
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  setDefaultCACertificates(trusted);
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  seen.length = 0;
  held = [];
  connections = 0;
  slow = createTcp((socket) => {
    connections += 1;
    held.push(socket);
    slow.emit('held');
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  for (const socket of held) socket.destroy();
  slow.close();
});

const somebodyConnects = (): Promise<void> => new Promise((resolve) => slow.once('held', resolve));
function letThrough(): void {
  for (const socket of held) {
    const inner = connect((server.address() as AddressInfo).port, '127.0.0.1');
    pipeline(socket, inner, socket).catch(() => undefined);
  }
}
const create = (more: Partial<DataverseOptions>) =>
  createDataverse({
    apiUrl: `https://127.0.0.1:${(slow.address() as AddressInfo).port}`,
    accessToken: 'the-token',
    allowLocal: true,
    ...more,
  }).create('tasks', { activityid: '0f8fad5b-d9cb-469f-a165-70867728950e' });

describe('a permission that ends while the connection is made', () => {
  it('is asked for again before a byte is written, and the connection is kept', async () => {
    let granted = 0;
    let valid = true;
    const ensure = async (): Promise<void> => {
      granted += 1;
      valid = true;
    };
    const connecting = somebodyConnects();
    const call = create({ accessToken: () => `token ${granted}`, permission: { ensure, holds: () => valid } });
    await connecting;
    valid = false;
    letThrough();
    expect(await call).toMatchObject({ ok: true });
    expect(seen).toEqual(['Bearer token 2']);
    expect(connections).toBe(1);
  });

  it('and is not given again stops the call: nothing is written', async () => {
    const refusal = new Error('no permit');
    let valid = true;
    const ensure = async (): Promise<void> => {
      if (!valid) throw refusal;
    };
    const connecting = somebodyConnects();
    const call = create({ permission: { ensure, holds: () => valid } });
    const refused = expect(call).rejects.toBe(refusal);
    await connecting;
    valid = false;
    letThrough();
    await refused;
    expect(seen).toEqual([]);
  });
});

describe('a connection that is never made', () => {
  it('leaves no doubt about a write', async () => {
    const call = create({ timeoutMs: 100 });
    expect(await call).toMatchObject({ ok: false, failure: { class: 'transient' } });
  });
});
