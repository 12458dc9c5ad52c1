/** Where a person opens the record in Dynamics. */
export function recordUrl(environmentUrl: string, table: string, id: string): string {
  const query = new URLSearchParams({ etn: table, pagetype: 'entityrecord', id });
  return `${environmentUrl.replace(/\/+$/, '')}/main.aspx?${query.toString()}`;
}
