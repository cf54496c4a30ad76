const minute = 60_000;

/** How long ago, in the largest whole unit: `4 m`, `2 h`, `3 d`; under a minute, or ahead of this clock, `now`. */
export function age(time: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(time)) / minute);
  if (!(minutes >= 1)) return 'now';
  if (minutes < 60) return `${minutes} m`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / (24 * 60))} d`;
}
