import type { JournalEntry } from '../control/journal.js';
import { environmentById } from '../dataverse/environments.js';
import { html, page, type Html } from './html.js';
import { PAGE_SCRIPT } from './script.js';
import { table, type Cell } from './table.js';

const SHOWN = 300;

/** The latest requests, newest first; renews itself. */
export function journalPage(entries: readonly JournalEntry[]): string {
  return page(
    'Journal',
    html`<p><a href="/">Sandbox</a> · <a href="/journal">Refresh</a> · <a href="/control/journal">as JSON</a></p>
      ${liveSwitch} ${liveJournal(entries, SHOWN)}`,
    { script: PAGE_SCRIPT },
  );
}

export const liveSwitch = html`<p>
  <label><input type="checkbox" id="live-on" checked /> Live: renew every second</label>
</p>`;

/** The part of a page that renews itself. */
export function liveJournal(entries: readonly JournalEntry[], most: number): Html {
  const count = entries.length > most ? `The latest ${most} of ${entries.length}` : `All ${entries.length}`;
  return html`<div id="live">
    <p>${count} requests that the stand-ins saw. Status 0: no answer yet, or none at all.</p>
    ${table('Requests', HEAD, entries.slice(-most).reverse().map(row))}
  </div>`;
}

const HEAD = ['No.', 'Time', 'Target', 'Request', 'User', 'Status', 'Committed'];

function row(entry: JournalEntry): Cell[] {
  const environment = entry.environment === undefined ? undefined : environmentById(entry.environment)?.name;
  const notes = [entry.grantType, entry.scope].filter((note) => note !== undefined).join(', ');
  return [
    entry.seq,
    entry.at.slice(11, 23),
    html`${entry.target}${quiet(environment)}`,
    html`<code>${entry.method} ${entry.path}${entry.query !== undefined && `?${entry.query}`}</code>${quiet(notes)}`,
    entry.user ?? '',
    entry.status,
    entry.committed ? 'yes' : '',
  ];
}

function quiet(text: string | undefined): Html | false {
  return text !== undefined && text !== '' && html`<br /><span class="quiet">${text}</span>`;
}
