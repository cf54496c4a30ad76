import {
  eventWords,
  jsonFile,
  noLifecycle,
  primeWords,
  type Lifecycle,
  type LifecyclePlace,
} from './parts.ts';

/**
 * opencode's hooks are a plugin. It is named by a configuration file of the session, which is read beside the person's own; into a
 * whole configuration folder it would install 64 MB of packages first. On Windows a shim cannot be started without a shell: no hooks.
 */
export function opencodeLifecycle({ gt, privateFolder, windows }: LifecyclePlace): Lifecycle {
  if (windows) return noLifecycle;
  const plugin = `${privateFolder}/opencode/gastown.js`;
  return {
    files: [
      { path: 'opencode/gastown.js', content: source(gt), place: 'private' },
      { path: 'opencode/opencode.json', content: jsonFile({ plugin: [fileUrl(plugin)] }), place: 'private' },
    ],
    arguments: [],
    environment: { OPENCODE_CONFIG: `${privateFolder}/opencode/opencode.json` },
  };
}

function fileUrl(path: string): string {
  return `file://${path.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * The system prompt is made anew for every request, so that the context is asked for once and given each time; after a compaction it
 * is asked for again. Sessions that the agent opens for its own helpers are not its own.
 */
function source(gt: string): string {
  return `import { spawn } from 'node:child_process';

const gt = ${JSON.stringify(gt)};
const unreached =
  'The town could not be asked, so nothing is known about your hook. Conclude nothing from this, do not run gt done, and try: gt prime';

function run(words, input, otherwise) {
  return new Promise((resolve) => {
    let text = '';
    const child = spawn(gt, words, { stdio: ['pipe', 'pipe', 'ignore'] });
    child.on('error', () => resolve(otherwise));
    child.on('close', (code) => resolve(code === 0 ? text.trim() : otherwise));
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('utf8').on('data', (more) => (text += more));
    child.stdin.end(JSON.stringify(input));
  });
}

export const GasTown = async () => {
  let own;
  let context;
  let waiting = Promise.resolve('');
  const prime = (source) => {
    context = run(${JSON.stringify(primeWords('text'))}, { session_id: own, source }, unreached);
  };
  return {
    event: async ({ event: { type, properties } }) => {
      if (type === 'session.created' && !properties.info?.parentID) own ??= properties.info?.id;
      if (properties?.sessionID === undefined || properties.sessionID !== own) return;
      if (type === 'session.compacted') prime('compact');
      if (type === 'session.idle')
        await run(${JSON.stringify(eventWords('stop', 'text'))}, { session_id: own }, '');
    },
    'chat.message': async ({ sessionID }) => {
      own ??= sessionID;
      if (sessionID !== own) return;
      waiting = run(${JSON.stringify(eventWords('prompt', 'text'))}, { session_id: own }, '');
    },
    'experimental.chat.system.transform': async ({ sessionID }, output) => {
      if (sessionID !== undefined && own !== undefined && sessionID !== own) return;
      if (context === undefined) prime('startup');
      output.system.push(await context);
      const messages = await waiting;
      if (messages !== '') output.system.push(messages);
    },
  };
};
`;
}
