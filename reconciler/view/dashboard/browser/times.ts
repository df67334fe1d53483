const EVERY_MS = 5000;
const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** Keeps `3m ago` true while the page stands open, by the server's clock. */
export function startTimes(): void {
  const skew = Date.parse(document.getElementById('main')?.dataset['now'] ?? '') - Date.now();
  const ahead = Number.isFinite(skew) ? skew : 0;
  setInterval(() => {
    for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-ago]')) {
      const age = Date.now() + ahead - Date.parse(time.dateTime);
      if (Number.isFinite(age)) time.textContent = agoText(age);
    }
  }, EVERY_MS);
}

/** The two largest units: `2h 5m ago`. */
export function agoText(ms: number): string {
  const total = Math.round(Math.abs(ms) / 1000);
  if (total < 1) return 'just now';
  let rest = total;
  const parts: string[] = [];
  for (const [unit, seconds] of UNITS) {
    const amount = Math.floor(rest / seconds);
    rest -= amount * seconds;
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  const text = parts.slice(0, 2).join(' ');
  return ms < 0 ? `in ${text}` : `${text} ago`;
}
