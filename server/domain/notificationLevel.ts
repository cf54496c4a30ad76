/** `muted`: only what is urgent; the rest waits until it is `normal` again. `verbose` is as `normal` here: nothing more is to be had. */
export type NotificationLevel = 'verbose' | 'normal' | 'muted';

/** Whether a message reaches somebody who has chosen that. */
export function reaches(
  level: NotificationLevel | undefined,
  { urgent }: { readonly urgent?: true },
): boolean {
  return level !== 'muted' || urgent === true;
}
