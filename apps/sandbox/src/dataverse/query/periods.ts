/** From a time on and up to, but not including, another; texts that compare as their times do. */
export interface Period {
  from: string;
  to: string;
}

const ALWAYS = { first: '0000', last: '9999' };

type Unit = 'Minutes' | 'Hours' | 'Days' | 'Weeks' | 'Months' | 'Years';

/** `LastXDays`, `ThisMonth`, `OlderThanXHours` and the like, seen from `now`; undefined for another name. */
export function periodOf(name: string, count: number, now: Date): Period | undefined {
  const relative = /^(Last|Next|OlderThan)X(Minutes|Hours|Days|Weeks|Months|Years)$/.exec(name);
  if (relative) return relativePeriod(relative[1] ?? '', relative[2] as Unit, count, now);
  const calendar = /^(Last|This|Next)(Week|Month|Year)$/.exec(name);
  if (calendar) return calendarPeriod(calendar[1] ?? '', calendar[2] ?? '', now);
  const today = dayStart(now);
  const days: Partial<Record<string, [number, number]>> = {
    Today: [0, 1],
    Tomorrow: [1, 2],
    Yesterday: [-1, 0],
    Last7Days: [-7, 1],
    Next7Days: [0, 8],
  };
  const range = Object.hasOwn(days, name) ? days[name] : undefined;
  return range && { from: dayText(shifted(today, 'Days', range[0])), to: dayText(shifted(today, 'Days', range[1])) };
}

/** Hours are counted from now; days and more, from whole days. */
function relativePeriod(direction: string, unit: Unit, count: number, now: Date): Period {
  const fine = unit === 'Minutes' || unit === 'Hours';
  const text = fine ? timeText : dayText;
  const start = fine ? now : dayStart(now);
  if (direction === 'OlderThan') return { from: ALWAYS.first, to: text(shifted(start, unit, -count)) };
  if (direction === 'Last') return { from: text(shifted(start, unit, -count)), to: after(now) };
  return { from: timeText(now), to: text(shifted(start, unit, fine ? count : count + (unit === 'Days' ? 1 : 0))) };
}

function calendarPeriod(which: string, unit: string, now: Date): Period {
  const step = { Last: -1, This: 0, Next: 1 }[which] ?? 0;
  const today = dayStart(now);
  const plural = `${unit}s` as Unit;
  const start =
    unit === 'Week'
      ? shifted(today, 'Days', -today.getUTCDay())
      : new Date(Date.UTC(today.getUTCFullYear(), unit === 'Year' ? 0 : today.getUTCMonth(), 1));
  return { from: dayText(shifted(start, plural, step)), to: dayText(shifted(start, plural, step + 1)) };
}

/** Times are whole seconds, and this one belongs to what is past. */
function after(time: Date): string {
  return timeText(new Date(time.getTime() + 1000));
}

function dayStart(time: Date): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()));
}

function shifted(time: Date, unit: Unit, count: number): Date {
  const moved = new Date(time);
  if (unit === 'Months') moved.setUTCMonth(moved.getUTCMonth() + count);
  else if (unit === 'Years') moved.setUTCFullYear(moved.getUTCFullYear() + count);
  else moved.setTime(moved.getTime() + count * milliseconds[unit]);
  return moved;
}

const milliseconds = { Minutes: 60_000, Hours: 3_600_000, Days: 86_400_000, Weeks: 604_800_000 };

function dayText(time: Date): string {
  return isoText(time).slice(0, 10);
}

function timeText(time: Date): string {
  return `${isoText(time).slice(0, 19)}Z`;
}

/** What is further away than a calendar goes is at its end. */
function isoText(time: Date): string {
  const year = time.getUTCFullYear();
  if (Number.isNaN(year) || year > 9999) return ALWAYS.last;
  return year < 0 ? ALWAYS.first : time.toISOString();
}
