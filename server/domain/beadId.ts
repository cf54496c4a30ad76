import type { BeadId, ConvoyId } from './ids.ts';
import { Refusal } from './refusal.ts';
import { townPrefix } from './rigName.ts';
import { titleWords } from './titleWords.ts';
import type { View } from './view.ts';

export interface NewId {
  readonly prefix: string;
  readonly title: string;
  /** Whether anything is called so: a bead, a convoy, a rig (`isIdTaken`). */
  readonly taken: (id: string) => boolean;
  /** Another short hash with each call. */
  readonly hash: () => string;
}

export interface HashSource {
  readonly title: string;
  readonly description?: string;
  readonly creator: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Beads that have the prefix already: more of them, longer hashes. */
  readonly beads: number;
  readonly sha256: (text: string) => Uint8Array;
}

/**
 * A bead's id as typed or imported: a prefix, a hyphen and more; parts after dots for steps of molecules. Whatever real data holds
 * fits (`bd-u2sc.1`, `bd-beads-polecat-opal`, `bd-mol-xga.10`); what could be read as an option, a path or a branch does not.
 */
export function parseBeadId(text: string, field = 'bead'): BeadId {
  if (isBeadId(text)) return text;
  throw new Refusal('invalid', 'A bead id looks like be-auth: a prefix, a hyphen, then letters and digits.', {
    field,
    next: 'bd list',
  });
}

export function isBeadId(text: string): text is BeadId {
  return text.length <= 128 && grammar.test(text);
}

/**
 * `be-auth` out of "Refactor auth middleware". Where that is taken, a second word (`be-auth-middleware`), then a hash behind the
 * first; only a hash for a title that gives no word.
 */
export function readableBeadId(wanted: NewId): BeadId {
  return readableId(wanted, wanted.prefix) as BeadId;
}

/** `hq-auth` out of "Auth System Overhaul"; only a hash becomes `hq-cv-k3f`. */
export function convoyId(wanted: Omit<NewId, 'prefix'>): ConvoyId {
  return readableId({ ...wanted, prefix: townPrefix }, `${townPrefix}-cv`) as ConvoyId;
}

/** An id as bd itself makes it: the shortest hash that is long enough for the number of beads. */
export function hashBeadId(
  wanted: HashSource & { readonly prefix: string; readonly taken: (id: string) => boolean },
): BeadId {
  for (const hash of hashes(wanted)) {
    const id = `${wanted.prefix}-${hash}`;
    if (!wanted.taken(id)) return id as BeadId;
  }
  throw noIdLeft(wanted.prefix);
}

/**
 * bd's hashes for one bead, from the length that suits the number of beads up to 8 digits, ten of each: base 36, the least
 * significant digits of the first bytes of SHA-256 over title, description, creator, nanoseconds and a nonce.
 */
export function* hashes(source: HashSource): Iterable<string> {
  const { title, description = '', creator, createdAt, sha256 } = source;
  for (let length = hashLength(source.beads); length <= longestHash; length += 1) {
    for (let nonce = 0; nonce < 10; nonce += 1) {
      const digest = sha256(`${title}|${description}|${creator}|${createdAt}000000|${nonce}`);
      yield base36(digest.subarray(0, bytesFor[length]), length);
    }
  }
}

export function isIdTaken(view: View, id: string): boolean {
  return [view.get('beads', id), view.get('convoys', id), view.get('rigs', id)].some(Boolean);
}

const grammar = /^[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)+(?:\.[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*)*$/u;

const shortestHash = 3;
const longestHash = 8;
const bytesFor: Readonly<Record<number, number>> = { 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 8: 5 };

function readableId(wanted: NewId, hashPrefix: string): string {
  const { telling, spare } = titleWords(wanted.title);
  const [first, second] = [...telling, ...spare];
  const candidates: string[] = [];
  if (first !== undefined) candidates.push(`${wanted.prefix}-${first}`);
  if (first !== undefined && second !== undefined) candidates.push(`${wanted.prefix}-${first}-${second}`);
  for (const id of candidates) if (!wanted.taken(id)) return id;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const id = `${candidates[0] ?? hashPrefix}-${wanted.hash()}`;
    if (!wanted.taken(id)) return id;
  }
  throw noIdLeft(wanted.prefix);
}

/** Long enough for a chance of at most a quarter that any two of so many beads meet (birthday bound). */
function hashLength(beads: number): number {
  let length = shortestHash;
  while (length < longestHash && 1 - Math.exp(-(beads * beads) / (2 * 36 ** length)) > 0.25) length += 1;
  return length;
}

function base36(bytes: Uint8Array, length: number): string {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return value.toString(36).padStart(length, '0').slice(-length);
}

function noIdLeft(prefix: string): Refusal {
  return new Refusal('taken', `No free id was found under ${prefix}.`, {
    field: 'id',
    next: 'Name one with --id.',
  });
}
