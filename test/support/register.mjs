// Preloaded before every test file: `vscode` exists only inside VS Code, so here it is the fake beside this file.

import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    return specifier === 'vscode'
      ? { url: new URL('vscode.ts', import.meta.url).href, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context);
  },
});
