import { createHash } from 'node:crypto';

/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

export type Part = string | number | undefined | false | Html | readonly Html[];

/** HTML from a template, with every value in it escaped that is not HTML itself. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((text, piece, i) => text + render(parts[i - 1]) + piece));
}

function render(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
  :root { color-scheme: light dark; --line: #8886; --accent: #0f6cbd;
    --paper: #fff; --ink: #1b1b1b; --quiet: #595959; --link: #0b5cad; }
  @media (prefers-color-scheme: dark) { :root { --paper: #1b1b1b; --ink: #eee; --quiet: #b4b4b4; --link: #8cc4ff; } }
  * { box-sizing: border-box; }
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: var(--paper); color: var(--ink); }
  ::placeholder { color: var(--quiet); opacity: 1; }
  main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
  main.card { max-width: 27rem; margin: 8vh auto; padding: 2rem; border: 1px solid var(--line); border-radius: 6px; }
  @media (max-width: 30rem) { main.card { margin: 0; min-height: 100vh; border: 0; padding: 1.5rem 1rem; } }
  h1 { font-size: 1.5rem; margin: 0 0 1rem; }
  h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
  button, .button { font: inherit; padding: .5rem 1.2rem; border: 1px solid var(--line); border-radius: 4px;
    background: transparent; color: inherit; cursor: pointer; }
  button.main { background: var(--accent); border-color: var(--accent); color: #fff; }
  button.account { display: block; width: 100%; text-align: left; margin: 0 0 .5rem; }
  ul.plain { list-style: none; margin: 0; padding: 0; }
  .line { display: flex; gap: .5rem; margin-top: .25rem; }
  .line input { flex: 1; min-width: 0; }
  input, select { font: inherit; padding: .45rem .6rem; border: 1px solid var(--line); border-radius: 4px; background: transparent; color: inherit; }
  button small { display: block; color: var(--quiet); }
  .buttons { display: flex; flex-wrap: wrap; gap: .75rem; justify-content: flex-end; margin-top: 1.5rem; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-size: .875rem; }
  th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
  code, pre { font: .875em/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
  pre { padding: .75rem; border: 1px solid var(--line); border-radius: 4px; overflow-x: auto; }
  a { color: var(--link); }
  h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
  form[data-control] { margin: .5rem 0; }
  .fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .75rem; margin-bottom: .75rem; }
  .fields label { display: block; font-size: .875rem; }
  .fields label[hidden] { display: none; }
  .fields input, .fields select { display: block; width: 100%; margin-top: .2rem; }
  output { margin-left: .5rem; }
  .quiet { color: var(--quiet); }
  .kept { white-space: pre-wrap; overflow-wrap: anywhere; }
`;

interface PageOptions {
  /** `card` is the narrow form of the sign-in pages. */
  kind?: 'wide' | 'card';
  /** Runs at the page's end; the headers have to allow it. */
  script?: string;
}

/** A whole page. */
export function page(title: string, body: Html, { kind = 'wide', script }: PageOptions = {}): string {
  return (
    '<!doctype html>\n' +
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main class="${kind}">
          <h1>${title}</h1>
          ${body}
        </main>
        ${script !== undefined && new Html(`<script>${script}</script>`)}
      </body>
    </html> `.text
  );
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  'referrer-policy': 'strict-origin-when-cross-origin',
} as const;

/** Allows this one script, which may call the sandbox itself. */
export function policyFor(script: string): { 'content-security-policy': string } {
  const hash = createHash('sha256').update(script).digest('base64');
  return { 'content-security-policy': `${POLICY}; script-src 'sha256-${hash}'; connect-src 'self'` };
}
