/** The name in `fieldSelector=metadata.name=NAME`; null where nothing is selected. */
export function nameIn(query: URLSearchParams): string | null {
  return query.get('fieldSelector')?.replace('metadata.name=', '') ?? null;
}
