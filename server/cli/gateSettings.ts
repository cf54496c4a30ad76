import { checkGate, gateDefaults, type GateSetting } from '../domain/gate.ts';
import { isGateCommand } from '../domain/gateSettings.ts';
import { mostInBatch } from '../domain/mergeQueue.ts';
import type { RigSettings } from '../domain/rig.ts';
import { shellWord } from '../domain/text.ts';

type Settings = Readonly<Record<string, string>>;

/** What a rig says of its merge queue. */
export function queueSettings(settings: RigSettings): Settings {
  const gates = Object.entries(settings.gates ?? {}).map(([name, gate]) => gateSettings(name, gate));
  const all = gates.flatMap((gate) => Object.entries(gate));
  return { batch: String(mostInBatch(settings)), ...Object.fromEntries(all) };
}

/** The command, and what differs from the usual; the command of `check` is a key of its own. */
function gateSettings(name: string, gate: GateSetting): Settings {
  const { command = [], phase, timeoutMs, onFail, retries } = { ...gateDefaults, ...gate };
  const parts = {
    phase,
    timeout: String(timeoutMs / 1000),
    onFail,
    retries: String(retries),
  };
  const usual: Settings = gatePartDefaults;
  const other = Object.entries(parts).filter(([part, value]) => value !== usual[part]);
  return {
    ...(name === checkGate ? {} : { [`gate.${name}`]: command.map(shellWord).join(' ') }),
    ...Object.fromEntries(other.map(([part, value]) => [`gate.${name}.${part}`, value])),
  };
}

const gatePartDefaults: Settings = {
  phase: gateDefaults.phase,
  timeout: String(gateDefaults.timeoutMs / 1000),
  onFail: gateDefaults.onFail,
  retries: String(gateDefaults.retries),
};

/** Of a key about a gate: what it is where nobody said anything. */
export function gateDefault(key: string): string {
  return isGateCommand(key)
    ? 'none'
    : (Object.entries(gatePartDefaults).find(
        ([part]) => part.toLowerCase() === key.split('.').at(-1)?.toLowerCase(),
      )?.[1] ?? 'none');
}
