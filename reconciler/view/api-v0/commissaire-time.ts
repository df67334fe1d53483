/** ISO time → Commissaire's form: UTC, microseconds, no zone. What is no time becomes `""`, as for what never was. */
export function commissaireTime(iso: string | undefined): string {
  const ms = iso === undefined ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(ms)) return '';
  return new Date(ms).toISOString().replace(/Z$/, '000');
}
