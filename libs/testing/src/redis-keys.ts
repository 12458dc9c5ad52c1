import { once } from 'node:events';
import { connect } from 'node:net';

const REMOVE = `
  local cursor = '0'
  repeat
    local found = redis.call('SCAN', cursor, 'MATCH', ARGV[1] .. ':*', 'COUNT', 1000)
    cursor = found[1]
    if #found[2] > 0 then redis.call('UNLINK', unpack(found[2])) end
  until cursor == '0'
  return 'removed'`;

/** Removes the keys that begin with `<prefix>:`. */
export async function removeKeys(url: string, prefix: string): Promise<void> {
  await redisCommand(url, ['EVAL', REMOVE, '0', prefix]);
}

/**
 * One command with a short answer, over a plain socket, so that tests of what doesn't need a Redis client bring none.
 * Gives the answer as Redis wrote it, throws where that is an error.
 */
export async function redisCommand(url: string, command: string[]): Promise<string> {
  const { hostname, port, username, password } = new URL(url);
  const socket = connect(Number(port || 6379), hostname);
  try {
    if (password !== '') {
      await ask(socket, ['AUTH', decodeURIComponent(username || 'default'), decodeURIComponent(password)]);
    }
    return await ask(socket, command);
  } finally {
    socket.destroy();
  }
}

async function ask(socket: ReturnType<typeof connect>, command: string[]): Promise<string> {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  socket.write(`*${command.length}\r\n${parts.join('')}`);
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  const answer = bytes.toString();
  if (answer.startsWith('-')) throw new Error(`Redis refused ${command[0] ?? ''}: ${answer.trim()}`);
  return answer;
}
