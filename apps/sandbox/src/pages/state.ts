import { tenants, users } from '../entra/directory.js';
import type { Sandbox } from '../sandbox.js';
import { html, type Html } from './html.js';
import { table } from './table.js';

/** What is not as at start: faults, accounts, tenants. */
export function stateNow({ faults, accounts }: Sandbox): Html {
  const broken = faults.list().map(({ target, match, effect, times, probability }) => {
    const { kind, ...more } = effect;
    return [target, kind, json(more), json(match), String(times ?? 'all'), String(probability ?? 1)];
  });
  const changed = users.flatMap((user) => {
    const states = Object.entries(accounts.stateOf(user)).filter(([name, value]) => value === (name !== 'mayConsent'));
    return states.length === 0 ? [] : [[user.upn, states.map(([name]) => said[name] ?? name).join(', ')]];
  });
  const closed = tenants.filter((tenant) => !accounts.usersMayConsent(tenant)).map(({ displayName }) => displayName);
  return html`<div id="state">
    ${
      broken.length === 0
        ? html`<p>No faults.</p>`
        : table('Faults', ['Target', 'Effect', 'More', 'Only for', 'Times left', 'Probability'], broken)
    }
    ${changed.length > 0 && table('Accounts', ['Account', 'Now'], changed)}
    <p>Users may not consent for themselves in: ${closed.join(', ')}.</p>
  </div>`;
}

const said: Record<string, string> = {
  mfaRequired: 'has to use a second factor',
  blocked: 'blocked by policy',
  disabled: 'disabled',
  deleted: 'deleted',
  mayConsent: 'needs an administrator to consent',
};

function json(value: object | undefined): string {
  const text = JSON.stringify(value ?? {});
  return text === '{}' ? '' : text;
}
