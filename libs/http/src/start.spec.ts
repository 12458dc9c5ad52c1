import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { HostProduct } from '@bliro/testing';
import { expectProblem, guarded, NotesModule, startNotes, type NotesApi } from './fixture/notes-api.js';
import { Public } from './operation.js';

let host: HostProduct;
let api: NotesApi;

beforeAll(async () => {
  host = await HostProduct.start();
  api = await startNotes(host, { appOrigin: 'https://app.example.com' });
});

afterAll(async () => {
  await api.app.close();
  await host.close();
});

describe('what is sent', () => {
  test('a right body is taken', async () => {
    const answer = await api.as(host.token(), 'POST', '/jobs/v1/notes', '{"title":"Call Ada"}');
    expect([answer.status, answer.body]).toEqual([201, { title: 'Call Ada' }]);
  });

  test.each([
    ['unknown fields', '{"title":"x","colour":"red","tags":[{"name":"a","a/b~c":1}]}', ['/tags/0/a~1b~0c', '/colour']],
    ['wrong types', '{"title":7,"tags":[{}]}', ['/title', '/tags/0/name']],
    ['another shape', '[]', ['']],
    ['a missing body', undefined, ['']],
    ['an empty body', '', ['']],
  ])('%s: 400 with pointers', async (_kind, body, pointers) => {
    const answer = await api.as(host.token(), 'POST', '/jobs/v1/notes', body);
    expectProblem(answer, 400, 'invalid_body');
    expect((answer.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  test.each(['{"title":', 'title', '{"__proto__":{"title":"x"}}'])('invalid JSON %s: 400', async (body) => {
    expectProblem(await api.as(host.token(), 'POST', '/jobs/v1/notes', body), 400, 'invalid_json');
  });

  test.each([1, 8])('a body over %d MB: 413', async (megabytes) => {
    const body = JSON.stringify({ title: 'x'.repeat(megabytes * 1024 * 1024) });
    expectProblem(await api.as(host.token(), 'POST', '/jobs/v1/notes', body), 413, 'body_too_large');
  });

  test('a body over 1 MB is answered when all of it has come, or its sender would see a broken connection', async () => {
    const sent = request(new URL('/jobs/v1/notes', api.origin), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await host.token()}`,
        'content-type': 'application/json',
        'content-length': 2_000_000,
      },
    });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    let answers = 0;
    void answered.then(() => (answers += 1));
    await new Promise((done) => sent.write('x'.repeat(1_000_000), done));
    // By the time that this is answered, the server has seen what was sent before.
    await api.as(host.token(), 'GET', '/jobs/v1/notes');
    expect(answers).toBe(0);
    sent.end('x'.repeat(1_000_000));
    expect((await answered)[0].statusCode).toBe(413);
  });

  test('a body that is not JSON: 415', async () => {
    const headers = {
      authorization: `Bearer ${await host.token()}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    expectProblem(await api.send('POST', '/jobs/v1/notes', headers, 'title=x'), 415, 'unsupported_media_type');
  });

  test('a wrong query: 400 with the parameter', async () => {
    const answer = await api.as(host.token(), 'GET', '/jobs/v1/notes?limit=1000');
    expectProblem(answer, 400, 'invalid_query');
    expect(answer.body['errors']).toEqual([{ pointer: '/limit', message: expect.any(String) }]);
  });

  test('an id that is no UUID answers like an unknown one', async () => {
    expectProblem(await api.as(host.token(), 'GET', '/jobs/v1/notes/12%27'), 404, 'not_found');
    expectProblem(await api.as(host.token(), 'GET', `/jobs/v1/notes/${'7'.repeat(300)}`), 404, 'not_found');
  });

  test.each([
    ['GET', '/jobs/v1/nothing'],
    ['PUT', '/jobs/v1/notes'],
    ['GET', '/elsewhere'],
  ])('an unknown route %s %s: 404 without a code', async (method, path) => {
    const answer = await api.send(method, path, {});
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ type: 'about:blank', status: 404 });
    expect(answer.body).not.toHaveProperty('code');
  });

  test('a malformed address: 400', async () => {
    expectProblem(await api.send('GET', '/jobs/v1/notes/%zz', {}), 400, 'bad_request');
  });
});

describe('what goes wrong', () => {
  test('a problem carries its status and when to come back', async () => {
    const answer = await api.as(host.token(), 'GET', '/jobs/v1/notes/busy');
    expectProblem(answer, 429, 'busy');
    expect(answer.headers.get('retry-after')).toBe('7');
  });

  test('an outage of the database: 503 with Retry-After, wherever it was thrown', async () => {
    const answer = await api.as(host.token(), 'GET', '/jobs/v1/notes/unstored');
    expectProblem(answer, 503, 'database_unavailable');
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  test.each(['broken', 'undefined-code'])('%s: 500 that tells nothing, and a log line that does', async (path) => {
    const answer = await api.as(host.token(), 'GET', `/jobs/v1/notes/${path}`);
    expectProblem(answer, 500, 'internal');
    expect(JSON.stringify(answer.body)).not.toMatch(/cable|hunter2|never_defined/);
    const line = api.lines.find(
      ({ msg, correlationId }) => msg === 'request failed' && correlationId === answer.headers.get('x-correlation-id'),
    );
    expect(JSON.stringify(line)).toMatch(/cable is cut|never_defined/);
    expect(JSON.stringify(line)).not.toContain('hunter2');
  });
});

describe('what is around', () => {
  test('the correlation id comes back, and a strange one is replaced', async () => {
    const taken = await api.send('GET', '/jobs/v1/notes', { 'x-correlation-id': 'meeting-42' });
    expect(taken.headers.get('x-correlation-id')).toBe('meeting-42');
    const replaced = await api.send('GET', '/jobs/v1/notes', { 'x-correlation-id': '"; drop' });
    expect(replaced.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a line a request, without query, headers or body', async () => {
    const headers = {
      authorization: `Bearer ${await host.token()}`,
      'content-type': 'application/json',
      'x-correlation-id': 'line-0001',
    };
    await api.send('POST', '/jobs/v1/notes?q=secret-query', headers, '{"title":"secret-title"}');
    const lines = api.lines.filter(({ correlationId }) => correlationId === 'line-0001');
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'info',
        service: 'notes',
        organization: 'contoso',
        method: 'POST',
        path: '/jobs/v1/notes',
        status: 201,
      }),
    ]);
    expect(JSON.stringify(api.lines)).not.toMatch(/secret-|eyJ/);
  });

  test('pages of the one app origin may call with credentials', async () => {
    const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
    const ours = await api.send('OPTIONS', '/jobs/v1/notes', { origin: 'https://app.example.com', ...preflight });
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(ours.headers.get('access-control-allow-credentials')).toBe('true');
    const others = await api.send('OPTIONS', '/jobs/v1/notes', { origin: 'https://evil.example.com', ...preflight });
    expect(others.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('answers are not stored', async () => {
    expect((await api.as(host.token(), 'GET', '/jobs/v1/notes')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('the end', () => {
  test('a stream ends at once, and its reader is told', async () => {
    const ending = await startNotes(host);
    const headers = { authorization: `Bearer ${await host.token()}` };
    const response = await fetch(`${ending.origin}/jobs/v1/notes/changes`, { headers });
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('data: first');
    const began = performance.now();
    await ending.app.close();
    expect((await reader?.read())?.done).toBe(true);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('what does not start', () => {
  @Controller('open')
  class Unclear {
    @Get()
    nothing(): void {}
  }

  @Module({ controllers: [Unclear] })
  class UnclearModule {}

  test('an application without callerModule', async () => {
    await expect(startNotes(host, { module: NotesModule })).rejects.toThrow('CallerGuard');
  });

  test('a route that does not say who may call it', async () => {
    const started = startNotes(host, { module: guarded(host, UnclearModule) });
    await expect(started).rejects.toThrow('GET /jobs/v1/open says neither with @Roles nor with @Public');
  });

  @Controller('open')
  @Public()
  class Nameless {
    @Get()
    nothing(): void {}
  }

  @Module({ controllers: [Nameless] })
  class NamelessModule {}

  test('a route without a summary', async () => {
    const started = startNotes(host, { module: guarded(host, NamelessModule) });
    await expect(started).rejects.toThrow('GET /jobs/v1/open has no summary');
  });

  @Controller('open')
  @Public()
  class Twice {
    @Get('first')
    @ApiOperation({ summary: 'Does nothing', operationId: 'nothing' })
    first(): void {}

    @Get('second')
    @ApiOperation({ summary: 'Does nothing', operationId: 'nothing' })
    second(): void {}
  }

  @Module({ controllers: [Twice] })
  class TwiceModule {}

  test('two routes with one operationId', async () => {
    const started = startNotes(host, { module: guarded(host, TwiceModule) });
    await expect(started).rejects.toThrow(
      'GET /jobs/v1/open/second has the operationId nothing of GET /jobs/v1/open/first',
    );
  });

  test('a second one on the same port', async () => {
    const port = Number(new URL(api.origin).port);
    await expect(startNotes(host, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
