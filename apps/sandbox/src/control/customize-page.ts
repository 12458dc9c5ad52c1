import { z } from 'zod';
import { html, page } from '../pages/html.js';
import { customizeSchema } from './customize-schema.js';

/** A change of each kind, as somebody would ask for it; `environment` comes besides. */
export const examples: readonly (readonly [what: string, change: object])[] = [
  [
    'A table of the customer, in a few lines',
    {
      table: {
        name: 'contoso_machine',
        label: 'Machine',
        columns: {
          contoso_serial: { type: 'text', maxLength: 20 },
          contoso_state: { type: 'choice', options: { 1: 'Running', 2: 'Idle' } },
          contoso_owner: { type: 'lookup', targets: { contoso_Owner: 'account' } },
        },
        keys: { contoso_serialkey: ['contoso_serial'] },
      },
    },
  ],
  ['Another name for it', { renameTable: { from: 'contoso_machine', to: 'contoso_device' } }],
  ['No more of it', { removeTable: 'contoso_device' }],
  ['A new column, or another type for one', { column: { table: 'task', name: 'contoso_mood', type: 'text' } }],
  ['Another name for a column', { renameColumn: { table: 'task', from: 'contoso_mood', to: 'contoso_temper' } }],
  ['No more of a column', { removeColumn: { table: 'task', name: 'contoso_temper' } }],
  ['An alternate key', { key: { table: 'account', name: 'bynumber', columns: ['accountnumber'] } }],
  ['Stamps of metadata that have expired', { expireMetadataStamps: true }],
  [
    'A plug-in that refuses',
    {
      plugIn: { name: 'worth', table: 'opportunity', when: { estimatedvalue: null }, refuse: 'Say what it is worth.' },
    },
  ],
  ['A plug-in that changes a value', { plugIn: { name: 'shout', table: 'task', set: { prioritycode: 2 } } }],
  ['A plug-in that is slow', { plugIn: { name: 'slow', table: 'task', on: ['create'], slowMs: 5000 } }],
  ['No more of a plug-in', { removePlugIn: 'worth' }],
  ['A duplicate rule', { duplicateRule: { name: 'Same subject', table: 'task', columns: ['subject'] } }],
  [
    'A user whose rights reach their own rows only',
    {
      user: {
        upn: 'ben@contoso.example',
        roles: [{ name: 'Own rows', tables: { '*': { read: 'user', create: 'user', write: 'user', append: 'user' } } }],
      },
    },
  ],
  ['A user in another business unit', { user: { upn: 'ben@contoso.example', businessUnit: 'Nordics' } }],
  ['A user without a licence', { user: { upn: 'eve@contoso.example', licence: false } }],
  ['A user who is no longer a member', { user: { upn: 'eve@contoso.example', member: false } }],
  ['A thousand salespeople', { addUsers: { prefix: 'rep', count: 1000 } }],
  ['A secured column', { secureColumn: { table: 'account', column: 'revenue', read: ['ada@contoso.example'] } }],
  ['An application that is kept out', { blockedApplications: ['f752681c-0e51-4cab-a13b-1134a8477b88'] }],
  ['An IP firewall, and none', { ipFirewall: ['10.0.0.0/8', '127.0.0.1'] }],
];

export function customizeJsonSchema(): object {
  return z.toJSONSchema(customizeSchema, { io: 'input' });
}

/** What `POST /control/customize` takes, with an example of each change. */
export function customizePage(): string {
  const parts = examples.map(
    ([what, change]) =>
      html`<h3>${what}</h3>
        <pre>${JSON.stringify(change, undefined, 2)}</pre>`,
  );
  return page(
    'Customize an environment',
    html`<p>
        <code>POST /control/customize {environment, …}</code> does what is named, from top to bottom, and answers 204.
        It lasts until a reset. <code>environment</code> is an id of <a href="/control/info">/control/info</a>.
      </p>
      <h2>Examples</h2>
      ${parts}
      <h2>Schema</h2>
      <pre>${JSON.stringify(customizeJsonSchema(), undefined, 2)}</pre>`,
  );
}
