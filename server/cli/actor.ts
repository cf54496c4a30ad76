/** Commander's view of the options that every `bd` command has. */
export interface ActorOptions {
  readonly actor?: string;
}

/**
 * Who acts, as beads finds it: `--actor`, `BEADS_ACTOR`, `BD_ACTOR`. In a session only what was typed counts: there the variables
 * are the session's own name, which the town knows better.
 */
export function actorOf(
  options: ActorOptions,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly actor?: string } {
  const named = environment['GT_SESSION'] ? undefined : environment['BEADS_ACTOR'] || environment['BD_ACTOR'];
  const actor = options.actor ?? named;
  return actor ? { actor } : {};
}
