// Every form of an input ends before: a deeper place is only ever part of what is refused anyway.
const deepestPath = 10;

/**
 * Where a value has text with half a surrogate pair in it: that has no UTF-8 form and no canonical JSON, so it can't be kept as it came.
 * Not recursive: an input may be nested a hundred thousand times.
 */
export function brokenText(given: unknown): string[][] {
  const broken: string[][] = [];
  const open: { value: unknown; path: string[] }[] = [{ value: given, path: [] }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value, path } = at;
    if (typeof value === 'string' && !value.isWellFormed()) broken.push(path);
    if (value === null || typeof value !== 'object') continue;
    for (const [key, item] of Object.entries(value)) {
      if (!key.isWellFormed()) broken.push(path);
      open.push({ value: item, path: path.length < deepestPath ? [...path, key] : path });
    }
  }
  return broken;
}
