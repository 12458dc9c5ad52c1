import { tenantOf, type User } from '../entra/directory.js';
import type { EntraFailure } from '../entra/failure.js';
import { permissionsOf } from '../entra/scopes.js';
import { html, page, type Html } from './html.js';

/** An account in the picker. */
export interface Offered {
  user: User;
  /** In this browser, already. */
  signedIn: boolean;
}

/** Where a form of sign-in goes, and what it carries on. */
export interface Carried {
  action: string;
  /** Whether the sign-in used a second factor. */
  strong: boolean;
  /** The way to another account. */
  other: string;
}

const card = { kind: 'card' } as const;
/** Others are named by hand. */
const LISTED = 30;

/** Which account is meant; `action` takes the form with `user`. */
export function accountPicker(action: string, offered: readonly Offered[], clientName: string): string {
  const accounts = offered.slice(0, LISTED).map(
    ({ user, signedIn }) =>
      html`<li>
        <button class="account" name="user" value="${user.upn}">
          ${user.name}<small>${user.upn}${signedIn && ' · signed in'}</small>
        </button>
      </li>`,
  );
  return page(
    'Pick an account',
    html`<p>to continue to <strong>${clientName}</strong></p>
      <form method="post" action="${action}">
        <ul class="plain">
          ${accounts}
        </ul>
      </form>
      <form method="post" action="${action}">
        <label for="other">Use another account</label>
        <div class="line">
          <input
            id="other"
            name="user"
            type="email"
            required
            autocomplete="username"
            placeholder="someone@example.com"
          />
          <button>Next</button>
        </div>
      </form>
      <p class="quiet">A stand-in for Microsoft's sign-in: no password, no real account.</p>`,
    card,
  );
}

/** The second factor; `action` takes the form with `user` and `approve`. */
export function strongSignInPage(action: string, user: User): string {
  return page(
    'Approve sign in request',
    html`<p class="quiet">${user.upn}</p>
      <p>Your organization asks for a second factor. A real one would be on your phone.</p>
      <form method="post" action="${action}">
        <input type="hidden" name="user" value="${user.upn}" />
        <div class="buttons">
          <button name="approve" value="no">Deny</button>
          <button class="main" name="approve" value="yes">Approve</button>
        </div>
      </form>`,
    card,
  );
}

/** What the application asks for, to accept or not; the form goes out with `user` and `decision`. */
export function consentPage(carried: Carried, user: User, clientName: string, scopes: readonly string[]): string {
  const forAll =
    user.admin &&
    html`<p>
      <label><input type="checkbox" name="for_all" value="yes" /> Consent on behalf of your organization</label>
    </p>`;
  return page(
    'Permissions requested',
    html`${accountLine(user, carried.other)} ${permissionList(clientName, scopes)}
      <p>Accepting these permissions means that you allow this app to use your data as its terms say.</p>
      ${decisionForm(carried, user, forAll)}
      <p class="quiet">
        Microsoft adds “Sign you in and read your profile” (User.Read) to a first consent by itself, also where it is
        not asked for.
      </p>`,
    card,
  );
}

/** The same for everybody in the administrator's tenant. */
export function adminConsentPage(action: string, user: User, clientName: string, scopes: readonly string[]): string {
  return page(
    'Permissions requested: review for your organization',
    html`<p class="quiet">${user.upn}</p>
      ${permissionList(clientName, scopes)}
      <p>If you accept, this app gets access to these resources for all users of ${tenantOf(user).displayName}.</p>
      ${decisionForm({ action, strong: false }, user)}`,
    card,
  );
}

/** Where users may not consent: there is the way back, or an administrator's account. */
export function needAdminApproval({ action, strong, other }: Carried, user: User, clientName: string): string {
  return page(
    'Need admin approval',
    html`<p class="quiet">${user.upn}</p>
      <p>
        <strong>${clientName}</strong> needs permission to access resources in your organization that only an admin can
        grant. Please ask an admin to grant permission to this app before you can use it.
      </p>
      <p><a href="${other}">Have an admin account? Sign in with that account</a></p>
      <form method="post" action="${action}">
        ${carriedFields(user, strong)}
        <div class="buttons">
          <button name="decision" value="return">Return to the application without granting consent</button>
        </div>
      </form>`,
    card,
  );
}

/** @param other the way to another account, where that may help */
export function troublePage({ message, correlationId, timestamp, traceId }: EntraFailure, other?: string): string {
  return page(
    "Sorry, but we're having trouble signing you in.",
    html`<p role="alert">${message}</p>
      ${other !== undefined && html`<p><a href="${other}">Sign in with a different account</a></p>`}
      <p class="quiet">Trace Id: ${traceId}<br />Correlation Id: ${correlationId}<br />Timestamp: ${timestamp}</p>`,
    card,
  );
}

export function signedOutPage(): string {
  return page(
    'You signed out of your account',
    html`<p>It's a good idea to close all browser windows.</p>
      <p><a href="/">Sandbox</a></p>`,
    card,
  );
}

function accountLine({ upn }: User, other: string): Html {
  return html`<p class="quiet">${upn} · <a href="${other}">Use another account</a></p>`;
}

function permissionList(clientName: string, scopes: readonly string[]): Html {
  const items = permissionsOf(scopes).map((text) => html`<li>${text}</li>`);
  return html`<p><strong>${clientName}</strong> would like to:</p>
    <ul>
      ${items}
    </ul>`;
}

function decisionForm({ action, strong }: Omit<Carried, 'other'>, user: User, more: Html | false = false): Html {
  return html`<form method="post" action="${action}">
    ${carriedFields(user, strong)} ${more}
    <div class="buttons">
      <button name="decision" value="decline">Cancel</button>
      <button class="main" name="decision" value="accept">Accept</button>
    </div>
  </form>`;
}

function carriedFields({ upn }: User, strong: boolean): Html {
  return html`<input type="hidden" name="user" value="${upn}" />${
      strong && html`<input type="hidden" name="strong" value="yes" />`
    }`;
}
