import { tenantOf, type User } from '../entra/directory.js';
import type { EntraFailure } from '../entra/failure.js';
import { permissionsOf } from '../entra/scopes.js';
import { html, page } from './html.js';

/** Which account is meant; `action` takes the form with `user`. */
export function accountPicker(action: string, users: readonly User[], clientName: string): string {
  const accounts = users.map(
    ({ upn, name }) => html`<button class="account" name="user" value="${upn}">${name}<small>${upn}</small></button>`,
  );
  return page(
    'Pick an account',
    html`<p>to continue to <strong>${clientName}</strong></p>
      <form method="post" action="${action}">${accounts}</form>
      <p class="quiet">A stand-in for Microsoft's sign-in: no password, no real account.</p>`,
    'card',
  );
}

/** What the application asks for, to accept or not; `action` takes the form with `user` and `decision`. */
export function consentPage(action: string, user: User, clientName: string, scopes: readonly string[]): string {
  return page(
    'Permissions requested',
    html`<p class="quiet">${user.upn}</p>
      ${permissionList(clientName, scopes)}
      <p>Accepting these permissions means that you allow this app to use your data as its terms say.</p>
      ${decisionForm(action, user, 'Cancel')}`,
    'card',
  );
}

/** The same for everybody in the administrator's tenant. */
export function adminConsentPage(action: string, user: User, clientName: string, scopes: readonly string[]): string {
  return page(
    'Permissions requested: review for your organization',
    html`<p class="quiet">${user.upn}</p>
      ${permissionList(clientName, scopes)}
      <p>If you accept, this app gets access to these resources for all users of ${tenantOf(user).displayName}.</p>
      ${decisionForm(action, user, 'Cancel')}`,
    'card',
  );
}

/** Where users may not consent: there is only the way back. */
export function needAdminApproval(action: string, user: User, clientName: string): string {
  return page(
    'Need admin approval',
    html`<p class="quiet">${user.upn}</p>
      <p>
        <strong>${clientName}</strong> needs permission to access resources in your organization that only an admin can
        grant. Please ask an admin to grant permission to this app before you can use it.
      </p>
      <form method="post" action="${action}">
        <input type="hidden" name="user" value="${user.upn}" />
        <div class="buttons">
          <button name="decision" value="return">Return to the application without granting consent</button>
        </div>
      </form>`,
    'card',
  );
}

export function troublePage({ message, correlationId, timestamp, traceId }: EntraFailure): string {
  return page(
    "Sorry, but we're having trouble signing you in.",
    html`<p>${message}</p>
      <p class="quiet">Trace Id: ${traceId}<br />Correlation Id: ${correlationId}<br />Timestamp: ${timestamp}</p>`,
    'card',
  );
}

function permissionList(clientName: string, scopes: readonly string[]) {
  const items = permissionsOf(scopes).map((text) => html`<li>${text}</li>`);
  return html`<p><strong>${clientName}</strong> would like to:</p>
    <ul>
      ${items}
    </ul>`;
}

function decisionForm(action: string, user: User, refusal: string) {
  return html`<form method="post" action="${action}">
    <input type="hidden" name="user" value="${user.upn}" />
    <div class="buttons">
      <button name="decision" value="decline">${refusal}</button>
      <button class="main" name="decision" value="accept">Accept</button>
    </div>
  </form>`;
}
