import {
  choice,
  date,
  dateTime,
  decimal,
  double,
  lookup,
  memo,
  money,
  readOnly,
  text,
  whole,
  yesNo,
  type Column,
} from './column.js';

type Make = (label: string, detail: string) => Column;

/** What the second word of a line means; `detail` is what stands after the colon. */
const kinds: Record<string, Make> = {
  text: (label, detail) => text(label, Number(detail || 100)),
  email: (label) => text(label, 100, { format: 'Email' }),
  phone: (label, detail) => text(label, Number(detail || 50), { format: 'Phone' }),
  url: (label) => text(label, 200, { format: 'Url' }),
  memo: (label, detail) => memo(label, Number(detail || 2000)),
  whole: (label, detail) => whole(label, 0, Number(detail || 2_147_483_647)),
  decimal: (label, detail) => decimal(label, 0, Number(detail || 100_000_000_000), 2),
  degrees: (label, detail) => double(label, -Number(detail), Number(detail), 5),
  money: (label) => money(label),
  yesno: (label) => yesNo(label, false),
  date: (label) => date(label),
  time: (label) => dateTime(label),
  id: (label) => ({ type: 'Uniqueidentifier', label, required: 'None', create: true, update: true }),
  lookup: (label, detail) => lookup(label, { [detail.split('/')[1] ?? '']: detail.split('/')[0] ?? '' }),
  choice: choiceOf,
  // A choice that several tables share: its name stands before the options.
  shared: (label, detail) => {
    const [globalChoice = '', options = ''] = detail.split('/');
    return { ...choiceOf(label, options), globalChoice };
  },
};

function choiceOf(label: string, detail: string): Column {
  const options = detail.split(',').map((name, at): [number, string] => [at + 1, name.replaceAll('_', ' ')]);
  return choice(label, Object.fromEntries(options));
}

/**
 * Columns from lines of `name kind[:detail] Label`; a `!` before the kind makes the column read-only.
 * Names may have alternatives: `address{1,2}_fax` stands for two columns, and `#` in a label for the alternative.
 */
export function columnsOf(lines: string): Record<string, Column> {
  const found: Record<string, Column> = {};
  for (const line of lines.split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    const [, pattern = '', fixed, kind = '', detail = '', label = ''] =
      /^(\S+)\s+(!?)(\w+)(?::(\S+))?\s+(.+)$/.exec(line) ?? [];
    const make = kinds[kind];
    if (!make) throw new Error(`This line defines no column: ${line}`);
    for (const [name, alternative] of expanded(pattern))
      found[name] = { ...make(label.replace('#', alternative), detail), ...(fixed === '!' ? readOnly : {}) };
  }
  return found;
}

function expanded(pattern: string): [name: string, alternative: string][] {
  const match = /^([^{]*)\{([^}]*)\}(.*)$/.exec(pattern);
  if (!match) return [[pattern, '']];
  const [, before = '', alternatives = '', after = ''] = match;
  return alternatives.split(',').map((one) => [`${before}${one}${after}`, one]);
}
