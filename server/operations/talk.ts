import { Refusal } from '../domain/refusal.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import type { Session } from '../domain/session.ts';
import type { Params } from '../protocol/messages.ts';
import type { Talk } from '../protocol/seance.ts';
import { alwaysStripped, sessionVariables } from '../runtimes/launch.ts';
import { talkArguments, talkMode } from '../runtimes/talk.ts';
import type { Context } from './context.ts';
import { findRuntime } from './lookups.ts';
import { findPastSession, muteBecause } from './pastSessions.ts';
import { notInstalled, programOf } from './programs.ts';

/**
 * What a person starts on their own terminal to ask a past session something. It runs as that person: with no session's token, name or
 * identity. Refused with `invalid` where the session cannot be asked, with `missing-program` where its runtime is not installed.
 */
export async function talk(context: Context, params: Params<'seance/talk'>): Promise<Talk> {
  const { view } = context.store;
  const session = findPastSession(view, params.session);
  const { preset, mode, words } = waysToAsk(context, session, params.question);
  if (params.question?.trim() === '')
    throw new Refusal('invalid', 'The question is empty.', { field: 'question' });
  const path = await context.programs.path();
  const program = programOf(context, preset, path);
  if (!program) throw new Refusal('missing-program', notInstalled(context, preset), { facts: { path } });
  return {
    launch: {
      command: program,
      arguments: [...(preset.command === '{self}' ? [context.launcher.program] : []), ...words],
      directory: session.launch.directory,
      environment: { ...preset.environment.set, GT_TOWN: context.paths.town, PATH: path },
      strip: [
        ...alwaysStripped,
        ...sessionVariables,
        'GIT_AUTHOR_*',
        'GIT_COMMITTER_*',
        ...preset.environment.strip,
      ],
      stopSignal: preset.stopSignal,
    },
    runtimeLabel: preset.label,
    readOnly: mode.isFork,
  };
}

function waysToAsk(
  context: Context,
  session: Session,
  question: string | undefined,
): {
  readonly preset: RuntimePreset;
  readonly mode: { readonly isFork: boolean };
  readonly words: readonly string[];
} {
  const mute = muteBecause(context, session);
  const preset = mute === undefined ? findRuntime(context.store.view, session.runtime) : undefined;
  const mode = preset && talkMode(preset);
  const words = preset && talkArguments(preset, session.runtimeSession ?? '', question);
  if (preset && mode && words) return { preset, mode, words };
  const why = mute ?? 'its runtime cannot go on with it.';
  throw new Refusal('invalid', `${session.id} cannot be asked: ${why}`, {
    field: 'session',
    next: `gt seance show ${session.id}`,
  });
}
