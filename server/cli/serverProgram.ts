import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The town server's program: beside us in the bundle, above us among the sources. */
export function serverProgram(): string {
  const bundled = join(import.meta.dirname, 'server.cjs');
  return existsSync(bundled) ? bundled : join(import.meta.dirname, '..', 'main.ts');
}
