import { recordOf } from '../control/records.js';
import { environments, type Environment } from '../dataverse/environments.js';
import type { Organization } from '../dataverse/organization.js';
import { isReference, type Row, type Value } from '../dataverse/row.js';
import { columnOf, type Table } from '../dataverse/schema/table.js';
import type { Sandbox } from '../sandbox.js';
import { isGuid } from '../stable-id.js';
import { html, page, type Html } from './html.js';
import { table as tableOf, type Cell } from './table.js';

interface RecordPage {
  status: 200 | 404;
  page: string;
}

/** Where a link to a record leads: `main.aspx?etn=<table>&pagetype=entityrecord&id=<id>` of an environment. */
export function recordPage(sandbox: Sandbox, environment: Environment | undefined, query: URLSearchParams): RecordPage {
  if (!environment) {
    const names = environments.map(({ slug }) => slug).join(', ');
    return notFound(`There is no such environment. There are ${names}.`);
  }
  if (query.get('pagetype') !== 'entityrecord')
    return notFound('Only pages of records are here: pagetype=entityrecord.');
  const organization = sandbox.organizationOf(environment);
  const name = query.get('etn') ?? '';
  const table = organization.schema.table(name);
  if (!table) return notFound(`${environment.name} has no table “${short(name)}”.`);
  const given = query.get('id') ?? '';
  const id = bare(given);
  if (!isGuid(id)) return notFound(`“${short(given)}” is not the id of a record.`);
  const row = organization.store.find(table.logicalName, id);
  if (!row)
    return notFound(
      `${environment.name} has no ${table.displayName} with the id ${id}. It may be deleted, or gone with a reset or restart of the sandbox.`,
    );
  return { status: 200, page: found(organization, table, row) };
}

/** Links of Dynamics have ids in braces, too. */
function bare(id: string): string {
  return id.replace(/^\{(.*)\}$/, '$1').toLowerCase();
}

function short(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function notFound(sentence: string): RecordPage {
  const body = html`${links()}
    <p class="kept">${sentence}</p>
    ${noSignIn}`;
  return { status: 404, page: page('No such record', body) };
}

function found(organization: Organization, table: Table, row: Row): string {
  const { environment } = organization;
  const { values } = row;
  const name = values[table.primaryName];
  const rows = `/control/records?${new URLSearchParams({ environment: environment.id, table: table.logicalName }).toString()}`;
  return page(
    typeof name === 'string' && name !== '' ? short(name) : table.displayName,
    html`${links(html` · <a href="${rows}">All rows of the table as JSON</a>`)} ${noSignIn}
      ${tableOf(
        'About the record',
        ['What', 'Is'],
        [
          ['Table', html`${table.displayName} <code>${table.logicalName}</code>`],
          ['Environment', `${environment.name} (${environment.type})`],
          ['Created', byWhom(organization, values['createdby'], values['createdon'])],
          ['Modified', byWhom(organization, values['modifiedby'], values['modifiedon'])],
        ],
      )}
      <h2>As it stands</h2>
      ${tableOf('Columns', ['Column', 'Name', 'Value'], columnRows(organization, table, row))}`,
  );
}

function links(more?: Html): Html {
  return html`<p><a href="/">Sandbox</a> · <a href="/journal">Journal</a>${more}</p>`;
}

const noSignIn = html`<p class="quiet">
  Dynamics would ask for sign-in here, and show its own form of the record. The sandbox asks nobody on this machine.
</p>`;

function byWhom({ store, schema }: Organization, who: Value | undefined, when: Value | undefined): string {
  const at = typeof when === 'string' ? when : 'at a time that is not kept';
  if (!isReference(who)) return `${at}, by the environment itself`;
  const name = store.find(who.table, who.id)?.values[schema.table(who.table)?.primaryName ?? ''];
  return `${at}, by ${typeof name === 'string' ? name : who.id}`;
}

function columnRows(organization: Organization, table: Table, { id }: Row): Cell[][] {
  return Object.entries(recordOf(organization, table, id) ?? {}).map(([name, value]) => [
    columnOf(table, name)?.label ?? '',
    html`<code>${name}</code>`,
    html`<span class="kept">${typeof value === 'string' ? value : JSON.stringify(value)}</span>`,
  ]);
}
