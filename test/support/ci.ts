/** Whether this runs under CI, where what a test needs is installed: what it would be left out for elsewhere is a failure there. */
export function isUnderCi(): boolean {
  return !['', '0', 'false'].includes((process.env['CI'] ?? '').toLowerCase());
}
