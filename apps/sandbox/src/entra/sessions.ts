import { mintSecret } from '../markers.js';
import type { User } from './directory.js';

/** An account that is signed in in one browser. */
export interface SignedIn {
  user: User;
  /** With a second factor. */
  strong: boolean;
  /** Seconds since 1970. */
  at: number;
}

/** One of the names that Entra's own cookies have. */
const COOKIE = 'ESTSAUTHPERSISTENT';

/** Which accounts are signed in in which browser. */
export class Sessions {
  private readonly browsers = new Map<string, Map<string, SignedIn>>();

  accountsOf(id: string | undefined): SignedIn[] {
    return [...(this.browsers.get(id ?? '')?.values() ?? [])];
  }

  /** @returns the browser's id, a new one where it had none that is known */
  signIn(id: string | undefined, account: SignedIn): string {
    const known = id === undefined ? undefined : this.browsers.get(id);
    const browser = known && id !== undefined ? id : mintSecret('b.');
    const accounts = known ?? new Map<string, SignedIn>();
    accounts.set(account.user.oid, { ...account });
    this.browsers.set(browser, accounts);
    return browser;
  }

  /** One account, or all of the browser's. */
  signOut(id: string | undefined, user?: User): void {
    if (id === undefined) return;
    if (user) this.browsers.get(id)?.delete(user.oid);
    else this.browsers.delete(id);
  }

  /** In every browser. */
  end(user: User): void {
    for (const accounts of this.browsers.values()) accounts.delete(user.oid);
  }

  /** A second factor that was given before no longer counts. */
  weaken(user: User): void {
    for (const accounts of this.browsers.values()) {
      const account = accounts.get(user.oid);
      if (account) account.strong = false;
    }
  }

  clear(): void {
    this.browsers.clear();
  }
}

export function browserOf(cookies: string | undefined): string | undefined {
  return cookies
    ?.split(/;\s*/)
    .find((cookie) => cookie.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
}

/** Lax, where Entra's is `None; Secure`: browsers take no such cookie from plain http. */
export function sessionCookie(id: string): string {
  return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`;
}

export function noSessionCookie(): string {
  return `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
}
