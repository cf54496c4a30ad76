import { chromium, type Browser } from 'playwright-core';
import { markedEnv } from './processes.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium without a window. It keeps its files in `home`, and ends when the run ends it. */
export function launchBrowser(executablePath: string, home: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: flags,
    env: markedEnv({ HOME: home, XDG_CONFIG_HOME: undefined, XDG_CACHE_HOME: undefined }),
    // The run has handlers of its own: they end the browser together with all the rest.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
