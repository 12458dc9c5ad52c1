import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createJobClient, type JobClient } from './client.js';
import { JobUncertain } from './errors.js';

const job = {
  userId: 'ada',
  meetingId: 'm1',
  actions: [{ id: 'a1', tool: 'create_task', input: { fields: { subject: 'Send the offer' } } }],
};

describe('posting a job', () => {
  let server: Server;
  let client: JobClient;
  let seen: {
    method?: string | undefined;
    url?: string | undefined;
    headers: IncomingMessage['headers'];
    body: string;
  }[];
  let answer: { status: number; body: string } | 'hang';

  beforeEach(async () => {
    seen = [];
    answer = { status: 202, body: '{"jobId":"j1"}' };
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({
          method: request.method,
          url: request.url,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        });
        if (answer !== 'hang') response.writeHead(answer.status).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    client = createJobClient({ http: { url, token: () => Promise.resolve('the-token') }, timeoutMs: 300 });
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('sends the job with its key and token, and gives the id', async () => {
    expect(await client.postJob(job, 'key-1')).toEqual({ committed: true, jobId: 'j1' });
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/jobs/v1/jobs',
        headers: { authorization: 'Bearer the-token', 'idempotency-key': 'key-1' },
      },
    ]);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(job);
  });

  it.each([
    [409, '{"code":"idempotency_conflict"}', 'idempotency_conflict'],
    [403, 'no json', 'unknown'],
  ])('is refused by a %s', async (status, body, code) => {
    answer = { status, body };
    await expect(client.postJob(job, 'key-1')).rejects.toMatchObject({ name: 'JobRefused', code, status });
  });

  it.each([503, 429, 200])('is uncertain after a %s without an id', async (status) => {
    answer = { status, body: '{}' };
    await expect(client.postJob(job, 'key-1')).rejects.toThrow(JobUncertain);
  });

  it('is uncertain when nobody answers in time', async () => {
    answer = 'hang';
    await expect(client.postJob(job, 'key-1')).rejects.toThrow(JobUncertain);
  });

  it('refuses a job that the schema refuses, without sending it', async () => {
    const wrong = { ...job, actions: [] };
    await expect(client.postJob(wrong, 'key-1')).rejects.toMatchObject({ code: 'invalid_body' });
    expect(seen).toEqual([]);
  });
});
