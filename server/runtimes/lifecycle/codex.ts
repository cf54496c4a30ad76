import { eventWords, hookSeconds, primeWords, type Lifecycle, type LifecyclePlace } from './parts.ts';
import { shellCommand } from './shellCommand.ts';

/**
 * Codex takes hooks as configuration of one session, on its command line, and runs none that was not trusted by its hash. Ours are
 * trusted there too, one by one: whatever else the person or the repository has configured is still theirs to review. Its `notify`
 * is left alone, since the person may have one.
 */
export function codexLifecycle({ gt, windows, hash }: LifecyclePlace): Lifecycle {
  const hooks = events.map(({ name, key, words }) => {
    const command = shellCommand(windows ? 'cmd' : 'sh', gt, words);
    return { name, key, command };
  });
  const settings = hooks.map(
    ({ name, command }) =>
      `hooks.${name}=[{hooks=[{type="command",command=${tomlText(command)},timeout=${hookSeconds}}]}]`,
  );
  const trusted = hooks.map(
    ({ key, command }) =>
      `${tomlText(`${source(windows)}:${key}:0:0`)}={trusted_hash="sha256:${hash(identity(key, command))}"}`,
  );
  return {
    files: [],
    arguments: [...settings, `hooks.state={${trusted.join(',')}}`].flatMap((setting) => ['-c', setting]),
    environment: {},
  };
}

const events = [
  { name: 'SessionStart', key: 'session_start', words: primeWords('codex') },
  { name: 'UserPromptSubmit', key: 'user_prompt_submit', words: eventWords('prompt', 'codex') },
  { name: 'PreCompact', key: 'pre_compact', words: eventWords('compact', 'codex') },
  { name: 'Stop', key: 'stop', words: eventWords('stop', 'codex') },
] as const;

/** What Codex calls the file that its command line is. */
const source = (windows: boolean): string =>
  windows ? 'C:\\<session-flags>\\config.toml' : '/<session-flags>/config.toml';

/** What Codex hashes of a hook: its keys sorted, without blanks. As `hooks/list` of 0.169 tells it. */
function identity(key: string, command: string): string {
  const hook = { async: false, command, timeout: hookSeconds, type: 'command' };
  return JSON.stringify({ event_name: key, hooks: [hook] });
}

/** A basic string of TOML: JSON's, with the one control character escaped that JSON leaves raw. */
function tomlText(text: string): string {
  return JSON.stringify(text).replaceAll('\u007F', '\\u007F');
}
