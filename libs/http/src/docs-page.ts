import fastifyStatic from '@fastify/static';
import { type OpenAPIObject } from '@nestjs/swagger';
import { type FastifyInstance } from 'fastify';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { type ProblemCatalogue } from './problem.js';

export interface DocsOptions {
  /** Such as `/auth/v1`; the page, its files and the document are below it. */
  prefix: string;
  document: OpenAPIObject;
  problems: ProblemCatalogue;
}

const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** Serves openapi.json, the docs page (Swagger UI from this origin alone) and the page that problem types point at. */
export function serveDocs(server: FastifyInstance, { prefix, document, problems }: DocsOptions): void {
  const html = 'text/html; charset=utf-8';
  const json = JSON.stringify(document);
  const page = docsPage(prefix, document.info.title);
  const start = startScript(prefix);
  const list = problemsPage(document.info.title, problems);
  server.get(`${prefix}/openapi.json`, (_request, reply) => reply.type('application/json; charset=utf-8').send(json));
  server.get(`${prefix}/docs`, (_request, reply) => reply.type(html).send(page));
  server.get(`${prefix}/docs/start.js`, (_request, reply) => reply.type('text/javascript; charset=utf-8').send(start));
  server.get(`${prefix}/problems`, (_request, reply) => reply.type(html).send(list));
  void server.register(fastifyStatic, {
    root: dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')),
    prefix: `${prefix}/docs/`,
    allowedPath: (path) => ASSETS.includes(path.replace(/^\//, '')),
    decorateReply: false,
    wildcard: false,
    globIgnore: ['**/*.map', '**/*.html', '**/package.json', '**/index.*', '**/*.md'],
  });
}

function docsPage(prefix: string, title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" type="image/png" href="${prefix}/docs/favicon-32x32.png">
<link rel="stylesheet" href="${prefix}/docs/swagger-ui.css">
</head>
<body>
<noscript>The document itself: <a href="${prefix}/openapi.json">openapi.json</a></noscript>
<div id="docs"></div>
<script src="${prefix}/docs/swagger-ui-bundle.js"></script>
<script src="${prefix}/docs/start.js"></script>
</body>
</html>
`;
}

function startScript(prefix: string): string {
  const options = { url: `${prefix}/openapi.json`, dom_id: '#docs', deepLinking: true, validatorUrl: null };
  return `SwaggerUIBundle(${JSON.stringify(options)});\n`;
}

function problemsPage(title: string, problems: ProblemCatalogue): string {
  const rows = Object.entries(problems).map(
    ([code, { status, title: name, detail, repeat }]) =>
      `<tr id="${escape(code)}"><td><code>${escape(code)}</code></td><td>${status}</td><td>${escape(name)}</td>` +
      `<td>${escape(detail)}</td><td>${repeat ? 'yes' : 'no'}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escape(title)}: problems</title></head>
<body>
<h1>${escape(title)}: problems</h1>
<table>
<thead><tr><th>code</th><th>status</th><th>title</th><th>what to do</th><th>may a repeat succeed?</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
