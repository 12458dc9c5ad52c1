import type { Choice } from '@bliro/dataverse';
import { InputMistake } from './input-mistake.js';

/** A choice by its value or its label (without regard to case); never a guess where two labels are the same. */
export function choiceOf(options: readonly Choice[], given: unknown, name: string): number {
  const fitting = options.filter(({ value, label }) => value === given || sameLabel(label, given));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only.value;
  const known = options.map(({ value, label }) => `${label} (${value})`).join(', ');
  if (fitting.length > 1) throw new InputMistake(`${name} has several choices of that name; give the value: ${known}.`);
  throw new InputMistake(`${name} takes one of: ${known}.`);
}

function sameLabel(label: string, given: unknown): boolean {
  return typeof given === 'string' && label.trim().toLowerCase() === given.trim().toLowerCase();
}
