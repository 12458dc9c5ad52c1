/** What `Prefer` headers ask for, as far as it is served. */
export interface Preferences {
  representation: boolean;
  maxPageSize?: number;
  continueOnError: boolean;
  /** Whether an annotation of that name was asked for. */
  annotation: (name: string) => boolean;
  /** Whether any was. */
  annotated: boolean;
  /** For `Preference-Applied`. */
  applied: string;
}

const PREFERENCE = /([\w.-]+)\s*(?:=\s*("[^"]*"|[^\s,;"]+))?/g;

/** One header may hold several preferences, separated by commas or semicolons; several headers arrive as one. */
export function readPreferences(header: string | undefined): Preferences {
  const given = new Map<string, string>();
  for (const [, name = '', value = ''] of (header ?? '').matchAll(PREFERENCE))
    given.set(name.toLowerCase(), value.replaceAll('"', ''));
  const representation = given.get('return') === 'representation';
  const annotations = given.get('odata.include-annotations');
  const patterns = (annotations ?? '').split(',').map((pattern) => pattern.trim());
  const size = Number(given.get('odata.maxpagesize') ?? '');
  const paged = Number.isInteger(size) && size > 0;
  const continueOnError = given.has('odata.continue-on-error') && given.get('odata.continue-on-error') !== 'false';
  return {
    representation,
    continueOnError,
    ...(paged ? { maxPageSize: size } : {}),
    annotated: annotations !== undefined,
    annotation: (name) => patterns.some((pattern) => matches(pattern, name)),
    applied: [
      ...(representation ? ['return=representation'] : []),
      ...(paged ? [`odata.maxpagesize=${size}`] : []),
      ...(annotations === undefined ? [] : [`odata.include-annotations="${annotations}"`]),
    ].join(', '),
  };
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
