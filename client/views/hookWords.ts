/** What is on a hook: the bead, with its title where that is known. A seance may begin without a bead, and the mayor's mostly does. */
export function hookWords(bead: string | undefined, title = ''): string {
  return bead === undefined ? 'an empty hook' : `${bead} ${title}`.trim();
}
