import { entraActions } from '../control/entra.js';
import { effectKinds, targets } from '../control/faults.js';
import { environments } from '../dataverse/environments.js';
import { tenants, users } from '../entra/directory.js';
import type { Sandbox } from '../sandbox.js';
import { html, type Html } from './html.js';

/** Forms that call the control API by the page's script; each answers in its `output`. */
export function controlForms({ settings }: Sandbox): Html {
  return html`<noscript>
      <p role="alert">These forms need scripts. The same calls can be made by hand; they are listed below.</p>
    </noscript>
    <h3>A fault on the way</h3>
    ${faultForm()}
    <h3>An administrator at Entra</h3>
    ${entraForm()}
    <h3>Lives and limits</h3>
    ${settingsForm(settings)}
    <h3>Mend it</h3>
    <div class="line">
      ${form('faults', html`<button>End all faults</button>`, 'DELETE')}
      ${form('reset', html`<button>Reset: all as at start</button>`)}
    </div>`;
}

function faultForm(): Html {
  const withMs = 'delay delayAfterCommit slowBody';
  return form(
    'faults',
    html`<div class="fields">
        ${select('Target', 'target', targets)} ${select('Effect', 'effect.kind', effectKinds)}
        ${number('Status', 'effect.status', { only: 'status', min: 400, max: 599, value: 503 })}
        ${text('Code (optional)', 'effect.code', { only: 'status', hint: 'AADSTS50076, 0x80072322' })}
        ${number('Retry-After in seconds (optional)', 'effect.retryAfter', { only: 'status', min: 0, max: 86_400 })}
        ${number('Milliseconds', 'effect.ms', { only: withMs, min: 0, max: 600_000, value: 5000 })}
        ${text('Method (optional)', 'match.method', { hint: 'POST' })}
        ${text('Path begins with (optional)', 'match.path', { hint: '/api/data/v9.2/tasks' })}
        ${select('User', 'match.user', ['', ...upns()])}
        ${choice('Environment', 'match.environment', [
          ['', ''],
          ...environments.map(({ id, name }): [string, string] => [id, name]),
        ])}
        ${number('Times (optional)', 'times', { min: 1, max: 1_000_000 })}
        ${number('Probability (optional)', 'probability', { min: 0, max: 1, step: 0.01 })}
      </div>
      <button class="main">Break it</button>`,
  );
}

function entraForm(): Html {
  const whom = [...upns(), ...tenants.map(({ name }) => name)];
  return form(
    'entra',
    html`<div class="fields">
        ${select('User, or a whole tenant', 'user', whom)} ${select('Action', 'action', entraActions)}
      </div>
      <button class="main">Do it</button>`,
  );
}

/** More can be made; for them there is the control API. */
function upns(): string[] {
  return users.slice(0, 50).map(({ upn }) => upn);
}

function settingsForm({ accessTokenSeconds, throttle }: Sandbox['settings']): Html {
  const field = (label: string, name: string, value: number): Html => number(label, name, { min: 1, value });
  return form(
    'settings',
    html`<div class="fields">
        ${field('Access tokens live, in seconds', 'accessTokenSeconds', accessTokenSeconds)}
        ${field('Requests of a user in the window', 'throttle.requests', throttle.requests)}
        ${field('Window, in seconds', 'throttle.windowSeconds', throttle.windowSeconds)}
        ${field('Requests of a user at once', 'throttle.concurrency', throttle.concurrency)}
      </div>
      <button class="main">Set</button>`,
  );
}

function form(path: string, content: Html, method: 'POST' | 'DELETE' = 'POST'): Html {
  return html`<form data-control="${path}" data-method="${method}">${content} <output></output></form>`;
}

function select(label: string, name: string, values: readonly string[]): Html {
  return choice(
    label,
    name,
    values.map((value): [string, string] => [value, value]),
  );
}

function choice(label: string, name: string, options: readonly (readonly [value: string, text: string])[]): Html {
  const items = options.map(([value, shown]) => html`<option value="${value}">${shown || 'any'}</option>`);
  return html`<label
    >${label}<select name="${name}">
      ${items}
    </select></label
  >`;
}

interface Field {
  /** The effects that have this field. */
  only?: string;
  hint?: string;
}

function text(label: string, name: string, { only, hint = '' }: Field): Html {
  return html`<label ${dataFor(only)}>${label}<input name="${name}" placeholder="${hint}" /></label>`;
}

interface NumberField extends Field {
  min: number;
  max?: number;
  step?: number;
  value?: number;
}

function number(label: string, name: string, { only, min, max, step = 1, value }: NumberField): Html {
  const most = max !== undefined && html`max="${max}"`;
  return html`<label ${dataFor(only)}
    >${label}<input type="number" name="${name}" min="${min}" ${most} step="${step}" value="${value ?? ''}"
  /></label>`;
}

function dataFor(kinds: string | undefined): Html | false {
  return kinds !== undefined && html`data-for="${kinds}"`;
}
