import type { JournalEntry } from '../control/journal.js';
import { environmentById } from '../dataverse/environments.js';
import { html, page } from './html.js';

const SHOWN = 300;

/** The latest requests, newest first. */
export function journalPage(entries: readonly JournalEntry[]): string {
  const rows = entries.slice(-SHOWN).reverse().map(row);
  const count = entries.length > SHOWN ? `The latest ${SHOWN} of ${entries.length}` : `All ${entries.length}`;
  return page(
    'Journal',
    html`<p>
        <a href="/">Sandbox</a> · <a href="/journal">Refresh</a> · <a href="/control/journal">as JSON</a><br />
        ${count} requests that the stand-ins saw. Status 0: no answer yet, or none at all.
      </p>
      <div class="scroll">
        <table>
          <tr>
            <th>No.</th>
            <th>Time</th>
            <th>Target</th>
            <th>Request</th>
            <th>User</th>
            <th>Status</th>
            <th>Committed</th>
          </tr>
          ${rows}
        </table>
      </div>`,
  );
}

function row(entry: JournalEntry) {
  const environment = entry.environment === undefined ? undefined : environmentById(entry.environment)?.name;
  const notes = [entry.grantType, entry.scope].filter((note) => note !== undefined).join(', ');
  return html`<tr>
    <td>${entry.seq}</td>
    <td>${entry.at.slice(11, 23)}</td>
    <td>${entry.target}${environment !== undefined && html`<br /><span class="quiet">${environment}</span>`}</td>
    <td>
      <code>${entry.method} ${entry.path}${entry.query !== undefined && `?${entry.query}`}</code>${
        notes !== '' && html`<br /><span class="quiet">${notes}</span>`
      }
    </td>
    <td>${entry.user}</td>
    <td>${entry.status}</td>
    <td>${entry.committed ? 'yes' : ''}</td>
  </tr>`;
}
