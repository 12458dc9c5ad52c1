/** What a `Prefer` header asks for, as far as it is served. */
export interface Preferences {
  representation: boolean;
  /** Whether an annotation of that name was asked for. */
  annotation: (name: string) => boolean;
  /** For `Preference-Applied`. */
  applied: string;
}

const PREFERENCE = /([\w.-]+)\s*=\s*("[^"]*"|[^\s,;"]+)/g;

export function readPreferences(header: string | undefined): Preferences {
  const given = new Map<string, string>();
  for (const [, name = '', value = ''] of (header ?? '').matchAll(PREFERENCE))
    given.set(name.toLowerCase(), value.replaceAll('"', ''));
  const representation = given.get('return') === 'representation';
  const annotations = given.get('odata.include-annotations');
  const patterns = (annotations ?? '').split(',').map((pattern) => pattern.trim());
  return {
    representation,
    annotation: (name) => patterns.some((pattern) => matches(pattern, name)),
    applied: [
      ...(representation ? ['return=representation'] : []),
      ...(annotations === undefined ? [] : [`odata.include-annotations="${annotations}"`]),
    ].join(', '),
  };
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
