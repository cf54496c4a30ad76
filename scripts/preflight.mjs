// Says which Node and which git the work will be done with, and refuses those too old for it.
// Node 18 has to be able to read this file, or the refusal could not be said.

import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import process from 'node:process';

const leastNode = [22, 13];
const leastGit = [2, 34];

const git = gitVersion();
const refusals = [
  tooOld(process.versions.node, leastNode) &&
    `Node ${leastNode.join('.')} or newer is needed. 'npm ci' brings one: start things with 'npm run …', which finds it first.`,
  git === undefined && `git ${leastGit.join('.')} or newer is needed, and no git is on the PATH.`,
  git !== undefined && tooOld(git, leastGit) && `git ${leastGit.join('.')} or newer is needed.`,
].filter(Boolean);

console.error(`node ${process.versions.node} (${realpathSync(process.execPath)}), git ${git ?? 'not found'}`);
for (const refusal of refusals) console.error(`preflight: ${refusal}`);
process.exitCode = refusals.length > 0 ? 1 : 0;

function gitVersion() {
  try {
    const said = execFileSync('git', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /\d+(\.\d+)+/.exec(said)?.[0];
  } catch {
    return undefined;
  }
}

function tooOld(version, least) {
  const [major, minor] = version.split('.').map(Number);
  return major < least[0] || (major === least[0] && minor < least[1]);
}
