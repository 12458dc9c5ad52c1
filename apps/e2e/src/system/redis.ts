import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Every key of a prefix with all that it holds, whatever its type, as one text a key. */
const READ = `
  local function flat(value)
    if type(value) ~= 'table' then return tostring(value) end
    local parts = {}
    for i, part in ipairs(value) do parts[i] = flat(part) end
    return table.concat(parts, '\\n')
  end
  local read = {
    string = function(key) return redis.call('GET', key) end,
    list = function(key) return redis.call('LRANGE', key, 0, -1) end,
    hash = function(key) return redis.call('HGETALL', key) end,
    set = function(key) return redis.call('SMEMBERS', key) end,
    zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
    stream = function(key) return redis.call('XRANGE', key, '-', '+') end,
  }
  local texts, cursor = {}, '0'
  repeat
    local found = redis.call('SCAN', cursor, 'MATCH', ARGV[1] .. ':*', 'COUNT', 1000)
    cursor = found[1]
    for _, key in ipairs(found[2]) do
      local kind = redis.call('TYPE', key).ok
      if read[kind] == nil then return redis.error_reply('no way to read a ' .. kind) end
      texts[#texts + 1] = key .. '\\n' .. flat(read[kind](key))
    end
  until cursor == '0'
  return table.concat(texts, '\\0')`;

const REMOVE = `
  local cursor = '0'
  repeat
    local found = redis.call('SCAN', cursor, 'MATCH', ARGV[1] .. ':*', 'COUNT', 1000)
    cursor = found[1]
    if #found[2] > 0 then redis.call('UNLINK', unpack(found[2])) end
  until cursor == '0'
  return 'removed'`;

export interface RedisKey {
  key: string;
  content: string;
}

export async function redisKeys(url: string, prefix: string): Promise<RedisKey[]> {
  const all = await redisCommand(url, ['EVAL', READ, '0', prefix]);
  return all
    .split('\0')
    .filter((text) => text !== '')
    .map((text) => ({ key: text.split('\n', 1)[0] ?? '', content: text }));
}

export async function removeRedisKeys(url: string, prefix: string): Promise<void> {
  await redisCommand(url, ['EVAL', REMOVE, '0', prefix]);
}

/** One command whose answer is a text. BullMQ's own client is for the two libraries that may use it. */
export async function redisCommand(url: string, command: string[]): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const socket = connect(Number(port || 6379), hostname);
  try {
    if (password !== '')
      await ask(socket, ['AUTH', decodeURIComponent(username || 'default'), decodeURIComponent(password)]);
    if (pathname.length > 1) await ask(socket, ['SELECT', pathname.slice(1)]);
    return await ask(socket, command);
  } finally {
    socket.destroy();
  }
}

async function ask(socket: Socket, command: string[]): Promise<string> {
  socket.write(`*${command.length}\r\n${command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`);
  let answer = Buffer.alloc(0);
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    answer = Buffer.concat([answer, chunk]);
    const text = textOf(answer, command);
    if (text !== undefined) return text;
  }
}

/** The text of a whole answer; undefined while there is more to come. */
function textOf(answer: Buffer, [name = '']: string[]): string | undefined {
  const end = answer.indexOf('\r\n');
  if (end < 0) return undefined;
  const head = answer.subarray(0, end).toString();
  if (head.startsWith('-')) throw new Error(`Redis refused ${name}: ${head}`);
  if (!head.startsWith('$')) return head;
  const length = Number(head.slice(1));
  const from = end + 2;
  return answer.length < from + length + 2 ? undefined : answer.subarray(from, from + length).toString('latin1');
}
