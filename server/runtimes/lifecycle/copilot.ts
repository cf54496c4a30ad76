import {
  eventWords,
  hookSeconds,
  jsonFile,
  primeWords,
  type Lifecycle,
  type LifecyclePlace,
} from './parts.ts';
import { shellCommand } from './shellCommand.ts';

/** Copilot CLI takes hooks from a plugin that is named on its command line, for that session alone. */
export function copilotLifecycle({ gt, privateFolder }: LifecyclePlace): Lifecycle {
  const hook = (words: readonly string[]): unknown => [
    {
      type: 'command',
      bash: shellCommand('sh', gt, words),
      powershell: shellCommand('powershell', gt, words),
      timeoutSec: hookSeconds,
    },
  ];
  const plugin = {
    name: 'gastown',
    version: '1.0.0',
    description: 'What Gas Town hears of a session, and tells it',
    hooks: 'hooks.json',
  };
  const hooks = {
    version: 1,
    hooks: {
      sessionStart: hook(primeWords('copilot')),
      userPromptSubmitted: hook(eventWords('prompt', 'copilot')),
      agentStop: hook(eventWords('stop', 'copilot')),
      sessionEnd: hook(eventWords('end', 'copilot')),
    },
  };
  return {
    files: [
      { path: 'copilot/plugin.json', content: jsonFile(plugin), place: 'private' },
      { path: 'copilot/hooks.json', content: jsonFile(hooks), place: 'private' },
    ],
    arguments: ['--plugin-dir', `${privateFolder}/copilot`],
    environment: {},
  };
}
