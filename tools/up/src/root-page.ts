export interface Overview {
  services: { name: string; pid: number | undefined }[];
  sandboxUrl: string | undefined;
  database: string;
  queue: string;
}

/** The page at `/`: what runs, and where to go from here. */
export function rootPage({ services, sandboxUrl, database, queue }: Overview): string {
  const rows = services.map(({ name, pid }) => `<tr><td>${name}</td><td>${String(pid ?? '')}</td></tr>`).join('');
  const apis = [
    ['auth', 'connections and environments'],
    ['policy', 'tools and permissions'],
    ['jobs', 'jobs and actions'],
  ]
    .map(
      ([name = '', what = '']) =>
        `<li><a href="/${name}/v1/docs">/${name}/v1</a>: ${what} (<a href="/${name}/v1/openapi.json">OpenAPI</a>)</li>`,
    )
    .join('');
  const sandbox =
    sandboxUrl === undefined
      ? '<p>It runs against Microsoft; there is no sandbox.</p>'
      : `<p>Microsoft and the host product are played by the <a href="${sandboxUrl}/">sandbox</a>: sign-in pages, faults and a journal of every request.</p>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Dynamics 365 integration</title>
<style>body{font:16px/1.5 system-ui;max-width:44rem;margin:3rem auto;padding:0 1rem}td{padding:.1rem 1.5rem .1rem 0}code{background:#eee;padding:0 .2rem}</style></head><body>
<h1>Dynamics 365 integration</h1>
<p>Writes what was agreed in a sales call into Microsoft Dynamics 365, with the user's own rights, under the organization's rules, once.</p>
<h2>APIs</h2><ul>${apis}</ul>${sandbox}
<h2>Processes</h2><table><tr><th align="left">Service</th><th align="left">Process</th></tr>${rows}</table>
<p>Database: ${database}. Queues: ${queue}. One job's lines of all services: <code>npm run logs -- &lt;jobId&gt;</code></p>
</body></html>`;
}
