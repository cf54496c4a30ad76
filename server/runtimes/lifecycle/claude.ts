import {
  eventWords,
  hookSeconds,
  jsonFile,
  primeWords,
  type Lifecycle,
  type LifecyclePlace,
} from './parts.ts';
import { shellCommand } from './shellCommand.ts';

/** Claude Code takes a settings file of the session beside the person's own. On Windows its hooks run in Git's shell. */
export function claudeLifecycle(place: LifecyclePlace): Lifecycle {
  const hook = (words: readonly string[]): unknown => [
    { hooks: [{ type: 'command', command: shellCommand('sh', place.gt, words), timeout: hookSeconds }] },
  ];
  const { allow, deny } = place.tools;
  const settings = {
    hooks: {
      // At a start, a resumption, /clear, and after a compaction.
      SessionStart: hook(primeWords('claude')),
      UserPromptSubmit: hook(eventWords('prompt', 'claude')),
      PreCompact: hook(eventWords('compact', 'claude')),
      Stop: hook(eventWords('stop', 'claude')),
      SessionEnd: hook(eventWords('end', 'claude')),
    },
    permissions: { allow, ...(deny.length > 0 ? { deny } : {}) },
    // Asked once more at every start otherwise, with "No" as the answer of a blind Enter.
    ...(place.approval === 'auto' ? { skipDangerousModePermissionPrompt: true } : {}),
  };
  return {
    files: [{ path: 'settings.json', content: jsonFile(settings), place: 'private' }],
    arguments: ['--settings', `${place.privateFolder}/settings.json`],
    environment: {},
  };
}
