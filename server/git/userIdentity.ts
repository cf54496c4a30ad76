import { promises as fs } from 'node:fs';
import type { Core } from './core.ts';

/** Who commits where nobody says: the user's own configuration, outside of every repository. */
export async function userIdentity(core: Core): Promise<{ readonly name?: string; readonly email?: string }> {
  const directory = core.emptyHooksDirectory;
  await fs.mkdir(directory, { recursive: true });
  const read = async (key: string): Promise<string | undefined> => {
    const args = ['config', '--get', key];
    const { code, stdout } = await core.execute({ directory, arguments: args, accepts: [0, 1] });
    return code === 0 && stdout.trim() !== '' ? stdout.trim() : undefined;
  };
  const [name, email] = [await read('user.name'), await read('user.email')];
  return { ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) };
}
