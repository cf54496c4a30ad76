/** A UUID of version 4 (RFC 9562) out of at least 32 hexadecimal digits of chance: programs look at these bits. */
export function uuidOf(hexadecimal: string): string {
  const digits = hexadecimal.slice(0, 32).toLowerCase();
  const variant = '89ab'[Number.parseInt(digits[16] ?? '0', 16) % 4] ?? '8';
  const whole = `${digits.slice(0, 12)}4${digits.slice(13, 16)}${variant}${digits.slice(17)}`;
  return [
    whole.slice(0, 8),
    whole.slice(8, 12),
    whole.slice(12, 16),
    whole.slice(16, 20),
    whole.slice(20),
  ].join('-');
}
