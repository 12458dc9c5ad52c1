export type Json = Record<string, unknown>;

/** A text in the only language that there is here. */
export function label(text: string): Json {
  const localized = { Label: text, LanguageCode: 1033, IsManaged: true, MetadataId: null, HasChanged: null };
  return text === ''
    ? { LocalizedLabels: [], UserLocalizedLabel: null }
    : { LocalizedLabels: [localized], UserLocalizedLabel: localized };
}

/** A property that a solution may fix. */
export function managed(value: unknown, property: string): Json {
  return { Value: value, CanBeChanged: true, ManagedPropertyLogicalName: property };
}
