import {
  eventWords,
  hookSeconds,
  jsonFile,
  primeWords,
  type Lifecycle,
  type LifecyclePlace,
} from './parts.ts';
import { shellCommand } from './shellCommand.ts';

/** A folder that ignores what we put there needs no change to anything that the repository shares. */
const ignored = '# gastown-hooks: of a session, not of the repository\n/settings.json\n/.gitignore\n';

/**
 * Gemini CLI has no settings of a session: its system files must belong to root in folders that do (0.61 skips others, with a
 * warning), and another home has no login. What is left is the worktree's own settings file, which it reads beside the person's.
 * The ignore file beside it names them both, so that git sees neither.
 */
export function geminiLifecycle({ gt, windows }: LifecyclePlace): Lifecycle {
  const hook = (name: string, words: readonly string[]): unknown => [
    {
      hooks: [
        {
          type: 'command',
          name: `gastown-${name}`,
          command: shellCommand(windows ? 'powershell' : 'sh', gt, words),
          timeout: hookSeconds * 1000,
        },
      ],
    },
  ];
  const settings = {
    // Without PreCompress, which comes before every request to the model, compressed or not.
    hooks: {
      SessionStart: hook('start', primeWords('gemini')),
      BeforeAgent: hook('prompt', eventWords('prompt', 'gemini')),
      AfterAgent: hook('stop', eventWords('stop', 'gemini')),
      SessionEnd: hook('end', eventWords('end', 'gemini')),
    },
  };
  return {
    files: [
      { path: '.gemini/.gitignore', content: ignored, place: 'worktree' },
      { path: '.gemini/settings.json', content: jsonFile(settings), place: 'worktree' },
    ],
    arguments: [],
    environment: {},
  };
}
