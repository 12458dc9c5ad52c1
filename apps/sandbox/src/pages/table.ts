import { html, type Html } from './html.js';

export type Cell = string | number | Html;

/** A table that scrolls by itself where the screen is narrow; `label` says what it is about to somebody who doesn't see it. */
export function table(label: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((text) => html`<th scope="col">${text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
