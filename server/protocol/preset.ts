import type { RuntimeName } from '../domain/ids.ts';
import type { RuntimePreset } from '../domain/runtime.ts';

type Deep = 'tools' | 'needs' | 'approval' | 'environment' | 'capabilities';

/** What is true of one preset and not of another that extends it. */
type Own = 'id' | 'evidence';

/** A preset as a person writes it: what is left out comes from the preset that `extends` names, else from the defaults. */
export type GivenPreset = { readonly id: string; readonly extends?: string } & {
  readonly [K in keyof Omit<RuntimePreset, Own | Deep>]?: RuntimePreset[K];
} & { readonly [K in Deep]?: Partial<RuntimePreset[K]> };

const defaults: Omit<RuntimePreset, 'id' | 'label' | 'aliases' | 'evidence'> = {
  command: '',
  arguments: [],
  prompt: { kind: 'argument' },
  systemPrompt: { kind: 'none' },
  tools: { allow: [], deny: [] },
  needs: { display: false, account: false },
  approval: { ask: [], auto: [] },
  sessionId: { kind: 'none' },
  lifecycleHooks: 'none',
  environment: { set: {}, strip: [] },
  capabilities: { resume: false, commitsInWorktree: true, reportsUsage: false, structuredOutput: false },
  stopSignal: 'SIGTERM',
  failures: [],
  bestFor: '',
  tradeOffs: '',
  icon: 'terminal',
  color: 'terminal.ansiWhite',
};

/** Lists and texts of `given` replace those of `base`; groups are merged field by field. Names and aliases are never inherited. */
export function completePreset(given: GivenPreset, base: RuntimePreset | undefined): RuntimePreset {
  const { extends: _, ...own } = given;
  const under = base ?? defaults;
  return {
    ...under,
    ...own,
    id: given.id as RuntimeName,
    label: given.label ?? given.id,
    aliases: given.aliases ?? [],
    tools: { ...under.tools, ...given.tools },
    needs: { ...under.needs, ...given.needs },
    approval: { ...under.approval, ...given.approval },
    environment: { ...under.environment, ...given.environment },
    capabilities: { ...under.capabilities, ...given.capabilities },
    evidence: 'read',
  };
}
