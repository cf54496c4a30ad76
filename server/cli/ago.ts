/** `4 m ago`: whole units, the largest that is at least one. A time to come, which only clocks that differ make, is `now`. */
export function ago(time: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(time)) / 1000);
  if (!(seconds >= 1)) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 60 * 60) return `${Math.floor(seconds / 60)} m ago`;
  if (seconds < 24 * 60 * 60) return `${Math.floor(seconds / (60 * 60))} h ago`;
  return `${Math.floor(seconds / (24 * 60 * 60))} d ago`;
}
