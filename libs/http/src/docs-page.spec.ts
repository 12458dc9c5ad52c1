import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HostProduct } from '@bliro/testing';
import { startNotes, type NotesApi } from './fixture/notes-api.js';

let host: HostProduct;
let api: NotesApi;

beforeAll(async () => {
  host = await HostProduct.start();
  api = await startNotes(host);
});

afterAll(async () => {
  await api.app.close();
  await host.close();
});

interface Operation {
  operationId: string;
  summary: string;
  security: object[];
  parameters?: { name: string; in: string }[];
  requestBody?: object;
  responses: Record<string, { description: string }>;
}

interface Document {
  openapi: string;
  info: object;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties: Record<string, { enum?: string[] }> }> };
  'x-problems': { code: string; status: number; repeat: boolean }[];
}

async function statusOf(path: string): Promise<number> {
  const response = await fetch(api.origin + path);
  await response.arrayBuffer();
  return response.status;
}

const document = async (): Promise<Document> =>
  (await fetch(`${api.origin}/jobs/v1/openapi.json`)).json() as Promise<Document>;

describe('openapi.json', () => {
  test('is OpenAPI 3.1 of the routes under their full paths', async () => {
    const { openapi, info, paths } = await document();
    expect([openapi, info]).toEqual(['3.1.0', expect.objectContaining({ title: 'Notes', version: '1.0.0' })]);
    expect(Object.keys(paths)).toEqual([
      '/jobs/v1/notes',
      '/jobs/v1/notes/busy',
      '/jobs/v1/notes/broken',
      '/jobs/v1/notes/unstored',
      '/jobs/v1/notes/undefined-code',
      '/jobs/v1/notes/changes',
      '/jobs/v1/notes/{id}',
      '/jobs/v1/open',
    ]);
  });

  test('lists every problem with its status and whether a repeat may succeed', async () => {
    const { 'x-problems': list, components } = await document();
    expect(list).toContainEqual(expect.objectContaining({ code: 'busy', status: 429, repeat: true }));
    expect(list).toContainEqual(expect.objectContaining({ code: 'invalid_body', status: 400, repeat: false }));
    expect(components.schemas['Problem']?.properties['code']?.enum).toEqual(list.map(({ code }) => code));
  });

  test('an operation declares its parameters, its body, who may call and what it refuses', async () => {
    const { paths } = await document();
    const create = paths['/jobs/v1/notes']?.['post'];
    expect(create?.security).toEqual([{ host: [] }]);
    expect(Object.keys(create?.responses ?? {})).toEqual([
      '201',
      '400',
      '401',
      '403',
      '413',
      '415',
      '429',
      '500',
      '503',
    ]);
    expect(create?.responses['400']?.description).toMatch(/`invalid_json`.*\n.*`invalid_body`/);
    expect(JSON.stringify(create?.requestBody)).toContain('#/components/schemas/Note');
    expect(paths['/jobs/v1/notes/{id}']?.['get']?.parameters).toEqual([
      expect.objectContaining({ name: 'id', in: 'path' }),
    ]);
    expect(paths['/jobs/v1/notes']?.['get']?.parameters).toEqual([
      expect.objectContaining({ name: 'limit', in: 'query' }),
    ]);
    expect(paths['/jobs/v1/open']?.['post']?.security).toEqual([]);
  });

  test('an operation is named by its controller and its method', async () => {
    const { paths } = await document();
    expect(paths['/jobs/v1/notes']?.['post']).toMatchObject({ operationId: 'notesCreate', summary: 'Writes a note' });
    expect(paths['/jobs/v1/open']?.['post']).toMatchObject({ operationId: 'openNothing' });
  });

  test('every reference leads somewhere', async () => {
    const whole = await document();
    const references = [...JSON.stringify(whole).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const target = reference.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], whole);
      expect([reference, target]).toEqual([reference, expect.any(Object)]);
    }
  });
});

describe('the docs page', () => {
  test('is HTML that loads from this origin alone', async () => {
    const response = await fetch(`${api.origin}/jobs/v1/docs`);
    const page = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page).not.toMatch(/\/\/[a-z]/i);
    const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
    const statuses = await Promise.all(addresses.map(statusOf));
    expect(statuses).toEqual(addresses.map(() => 200));
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'self'/);
  });

  test('what is beside its files in the package is not served', async () => {
    for (const name of ['package.json', 'swagger-ui-bundle.js.map', 'index.html', '..%2fpackage.json']) {
      expect([name, await statusOf(`/jobs/v1/docs/${name}`)]).toEqual([name, 404]);
    }
  });

  test("a problem's type leads to its place on a page", async () => {
    const refusal = (await (await fetch(`${api.origin}/jobs/v1/notes`)).json()) as { type: string };
    const page = await (await fetch(new URL(refusal.type, api.origin))).text();
    expect(page).toContain(`id="${new URL(refusal.type, api.origin).hash.slice(1)}"`);
  });
});
