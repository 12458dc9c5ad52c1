import { isLoopback } from '@bliro/config';

/** Where one of Microsoft's clouds signs people in, and what its Dataverse addresses look like. */
export interface Cloud {
  authority: string;
  environmentHost: RegExp;
}

/** By Discovery's host, as Microsoft documents them. */
const clouds: Readonly<Record<string, Cloud>> = {
  'globaldisco.crm.dynamics.com': cloud('login.microsoftonline.com', String.raw`crm(?!9\.)(?:\d{1,2})?\.dynamics\.com`),
  'globaldisco.crm9.dynamics.com': cloud('login.microsoftonline.com', String.raw`crm9\.dynamics\.com`),
  'globaldisco.crm.microsoftdynamics.us': cloud('login.microsoftonline.us', String.raw`crm\.microsoftdynamics\.us`),
  'globaldisco.crm.appsplatform.us': cloud('login.microsoftonline.us', String.raw`crm\.appsplatform\.us`),
  'globaldisco.crm.dynamics.cn': cloud('login.partner.microsoftonline.cn', String.raw`crm\.dynamics\.cn`),
};

function cloud(authority: string, domain: string): Cloud {
  return {
    authority: `https://${authority}`,
    environmentHost: new RegExp(String.raw`^[a-z0-9][a-z0-9-]{0,62}(?:\.api)?\.${domain}$`),
  };
}

/** The cloud of a Discovery address; undefined for an address that isn't Microsoft's. */
export function cloudOf(discoveryUrl: string): Cloud | undefined {
  const { protocol, host } = new URL(discoveryUrl);
  return protocol === 'https:' ? clouds[host] : undefined;
}

/**
 * Whether a user's access token may go to this address: a Dataverse host of the cloud that Discovery belongs to, over
 * https. Beside a stand-in for Discovery (`cloud` undefined) only this machine itself will do.
 */
export function isEnvironmentAddress(address: string, found: Cloud | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
  if (found === undefined) return isLoopback(url.hostname);
  return (
    url.protocol === 'https:' && url.port === '' && url.pathname === '/' && found.environmentHost.test(url.hostname)
  );
}
