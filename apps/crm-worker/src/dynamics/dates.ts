import type { DateBehavior } from '@bliro/dataverse';
import { InputMistake } from './input-mistake.js';

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A day as it is, a time as UTC in whole seconds (Dataverse keeps no more). A time without an offset is nobody's time. */
export function dateToWire(value: unknown, behavior: DateBehavior, name: string): string {
  if (behavior === 'DateOnly') {
    if (typeof value === 'string' && day.test(value) && isDay(value)) return value;
    throw new InputMistake(`${name} takes a day such as 2026-03-01.`);
  }
  if (
    typeof value !== 'string' ||
    !instant.test(value) ||
    !isDay(value.slice(0, 10)) ||
    Number.isNaN(Date.parse(value))
  )
    throw new InputMistake(`${name} takes a time with its offset such as 2026-03-01T09:30:00+01:00.`);
  return `${new Date(value).toISOString().slice(0, 19)}Z`;
}

/** JavaScript takes 30 February for 2 March. */
function isDay(value: string): boolean {
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === value;
}
