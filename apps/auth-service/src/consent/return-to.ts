const MAX_LENGTH = 2000;

/**
 * A path on the app's origin, as it was meant by the browser that follows it; undefined for anything that is, or that some
 * browser reads as, another place.
 */
export function pathOnApp(returnTo: string, appOrigin: string): string | undefined {
  if (returnTo.length > MAX_LENGTH || !/^\/(?![/\\])[\x21-\x7e]*$/.test(returnTo) || returnTo.includes('\\')) {
    return undefined;
  }
  if (!URL.canParse(returnTo, appOrigin)) return undefined;
  const url = new URL(returnTo, appOrigin);
  if (url.origin !== appOrigin || url.pathname.startsWith('//')) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Where the browser goes after an attempt. */
export function returnAddress(appOrigin: string, path: string, outcome: string): string {
  const url = new URL(`${appOrigin}${path}`);
  url.searchParams.set('connection', outcome);
  return url.href;
}
