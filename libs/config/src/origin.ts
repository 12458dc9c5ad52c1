/** Whether a URL's host name is this machine itself. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

const MICROSOFT = [
  'microsoftonline.com',
  'microsoftonline.us',
  'dynamics.com',
  'dynamics.us',
  'microsoftdynamics.us',
  'chinacloudapi.cn',
  'dynamics.cn',
  'appsplatform.us',
];

/** Whether a URL is one of Microsoft's sign-in or Dynamics clouds, over https. */
export function isMicrosoft(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' && MICROSOFT.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
}

/** Whether a URL's host can't exist outside a rehearsal (RFC 2606 `.invalid`) or is this machine. */
export function isStandin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { hostname } = new URL(value);
  return hostname.endsWith('.invalid') || isLoopback(hostname);
}
