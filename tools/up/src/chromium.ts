import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** The browser of this machine that the browser tests drive; `CHROMIUM` names another. */
export function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM !== undefined && CHROMIUM !== '') return CHROMIUM;
  const places = PATH.split(delimiter).flatMap((directory) => names.map((name) => join(directory, name)));
  return places.find((place) => existsSync(place));
}
