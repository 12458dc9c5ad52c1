import { z } from 'zod';

export interface Choice {
  value: number;
  label: string;
}
export type DateBehavior = 'UserLocal' | 'DateOnly' | 'TimeZoneIndependent';

export const list = <S extends z.ZodType>(item: S) =>
  z.object({ value: z.array(item) }).transform(({ value }) => value);

/** In the language of the user who asks, else in the first that there is. */
export const label = z
  .object({
    UserLocalizedLabel: z.object({ Label: z.string() }).nullish(),
    LocalizedLabels: z.array(z.object({ Label: z.string() })).nullish(),
  })
  .transform((all) => all.UserLocalizedLabel?.Label ?? all.LocalizedLabels?.[0]?.Label ?? '');

export const option = z
  .object({ Value: z.number().int(), Label: label })
  .transform(({ Value, Label }) => ({ value: Value, label: Label }));
