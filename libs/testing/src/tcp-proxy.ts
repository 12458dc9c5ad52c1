import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface TcpProxy {
  /** The target's URL with the proxy in its place. */
  readonly url: string;
  /** Breaks all connections and refuses new ones. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Keeps connections and takes new ones, but lets nothing through: a server that hangs. */
  freeze(): void;
  close(): Promise<void>;
}

/** Stands between a client and `target` (a URL), so that a test can take a shared server away from that client alone. */
export async function tcpProxy(
  target: string,
  answers: (bytes: Buffer) => Buffer = (bytes) => bytes,
): Promise<TcpProxy> {
  const url = new URL(target);
  const { hostname, port } = url;
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => frozen || upstream.write(bytes));
    upstream.on('data', (bytes) => frozen || client.write(answers(bytes)));
  });
  const listening = await listen(server, 0);
  url.host = `127.0.0.1:${listening}`;
  const down = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: url.href,
    down,
    up: async () => {
      frozen = false;
      await listen(server, listening);
    },
    freeze: () => {
      frozen = true;
    },
    close: down,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
