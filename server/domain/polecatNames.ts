import type { AgentId, BeadId, RigName } from './ids.ts';
import { Refusal } from './refusal.ts';

/** Who commits, as git writes it: `NAME <NAME@RIG.gastown.invalid>`. */
export interface GitIdentity {
  readonly name: string;
  readonly email: string;
}

/** The first name of the rig's pool that is free; beyond the pool, names come again with a number: `nux-2`. */
export function nextPolecatName(rig: RigName, taken: ReadonlySet<string>): string {
  const pool = poolOf(rig);
  for (let round = 1; ; round += 1) {
    for (const name of pool) {
      const candidate = round === 1 ? name : `${name}-${round}`;
      if (!taken.has(candidate)) return candidate;
    }
  }
}

/** `suffix` makes the branch new each time; it comes from outside, since names here hold no chance. */
export function branchFor(name: string, bead: BeadId | undefined, suffix: string): string {
  return `polecat/${name}/${bead ?? 'seance'}-${suffix}`;
}

export function worktreeFolder(name: string, suffix: string): string {
  return `${name}-${suffix}`;
}

export function agentIdOf(rig: RigName, name: string): AgentId {
  return `${rig}/${name}` as AgentId;
}

/** Refused with `invalid` where it is not RIG/NAME. */
export function splitAgentId(text: string, field = 'agent'): { rig: RigName; name: string } {
  const [, rig, name] = agentGrammar.exec(text) ?? [];
  if (rig === undefined || name === undefined) {
    throw new Refusal('invalid', 'A polecat is named RIG/NAME, backend/nux for example.', {
      field,
      next: 'gt polecat list',
    });
  }
  return { rig: rig as RigName, name };
}

export function identityOf(agent: AgentId): GitIdentity {
  const { rig, name } = splitAgentId(agent);
  return { name, email: `${name}@${rig}.gastown.invalid` };
}

const agentGrammar = /^([a-z0-9][a-z0-9_-]{0,31})\/([a-z0-9][a-z0-9-]{0,39})$/u;

/** A rig keeps to one theme for good: it is chosen by its name. */
function poolOf(rig: RigName): readonly string[] {
  // FNV-1a: names that are alike do not share a theme for it.
  let hash = 0x81_1c_9d_c5;
  for (const character of rig) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93) >>> 0;
  return pools[hash % pools.length] ?? madMax;
}

const madMax = words(
  'furiosa nux slit rictus capable toast dag cheedo angharad valkyrie keeper max glory morsov ace corpus organic imperator ' +
    'dementus praetorian scrotus octoboss smeg jack aunty blaster master entity ironbar savannah jedediah scrooloose pigkiller ' +
    'collector wez humungus pappagallo gyro toadie mudguts bubba toecutter goose jessie cundalini nightrider charlie ' +
    'roop fifi bearclaw',
);

const minerals = words(
  'agate amber azurite basalt beryl calcite chert cinnabar citrine cobalt copper diorite dolomite emerald feldspar flint fluorite ' +
    'gabbro galena garnet gneiss granite gypsum halite hematite jade jasper kyanite lapis lazurite limestone magnetite malachite ' +
    'marble mica obsidian olivine onyx opal peridot pumice pyrite quartz rutile schist selenite slate topaz zircon zeolite',
);

const wasteland = words(
  'anvil axle badlands ballast bandolier bellows bolt borderer buckshot caltrop canyon carburettor chassis cinder clutch coyote ' +
    'crankshaft diesel drifter duster ember flare flathead flywheel gasket gearbox girder gulch hatchet hubcap ignition jackal ' +
    'jerrycan kindling lantern mesa mirage nomad outrider piston radiator ratchet rivet roadhouse sandstorm scrapper spindle ' +
    'torque tumbleweed vulture',
);

export const namePools: Readonly<Record<string, readonly string[]>> = {
  minerals,
  'mad-max': madMax,
  wasteland,
};

const pools = Object.values(namePools);

function words(text: string): readonly string[] {
  return text.split(' ');
}
