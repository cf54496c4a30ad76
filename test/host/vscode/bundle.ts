import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative, resolve, join } from 'node:path';
import { build } from 'esbuild';
import { bundleFolder, repository } from './paths.ts';

/** Bundles suites for the extension host, each into `out/host/NAME.e2e.cjs`. */
export async function bundleSuites(files: readonly string[]): Promise<void> {
  await mkdir(bundleFolder, { recursive: true });
  const { outputFiles } = await build({
    entryPoints: [...files],
    outdir: bundleFolder,
    entryNames: '[name]',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    sourcemap: 'linked',
    write: false,
  });
  await Promise.all(outputFiles.map((output) => writeWhole(output.path, output.contents)));
}

export function bundleOf(suite: string): string {
  return join(bundleFolder, `${suite}.e2e.cjs`);
}

/** The text with positions in bundles replaced by those in the sources. */
export function withSources(text: string): string {
  return text.replaceAll(
    /([^\s()]+\.e2e\.cjs):(\d+):(\d+)/g,
    (whole, file: string, line: string, column: string) => {
      const found = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
      if (found === undefined || !('originalSource' in found)) return whole;
      const source = relative(repository, resolve(bundleFolder, found.originalSource));
      return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`;
    },
  );
}

function mapOf(bundle: string): SourceMap | undefined {
  const file = `${bundle}.map`;
  if (!existsSync(file)) return undefined;
  return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
}

/** Under its name only when it is whole: another run may be reading the one before. */
async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, file);
}
