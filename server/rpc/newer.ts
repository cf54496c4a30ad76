/** Whether the first of two versions `1.2.3` is the newer one. What follows a hyphen does not count. */
export function isNewer(version: string, than: string): boolean {
  const [one, other] = [numbers(version), numbers(than)];
  for (const [index, number] of one.entries()) {
    const difference = number - (other[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function numbers(version: string): number[] {
  const [release = ''] = version.split('-');
  return release.split('.').map((part) => Number.parseInt(part, 10) || 0);
}
