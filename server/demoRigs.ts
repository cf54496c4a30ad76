/** A rig of the demonstration: a small real repository, its runtime, and the bead that is worked in it. */
export interface DemoRig {
  readonly name: string;
  readonly about: string;
  /** Through a clone of a URL, or where it is. */
  readonly kind: 'url' | 'path';
  readonly files: Readonly<Record<string, string>>;
  readonly title: string;
  /** As `gt runtime add` takes it. They are simulated, and say so. */
  readonly runtime: { readonly id: string; readonly label: string; readonly extends: string } & Record<
    string,
    unknown
  >;
}

function simulated(variant: string, icon: string, color: string): DemoRig['runtime'] {
  const args = ['sim', '--variant', variant, '--pace', '250'];
  return {
    id: `sim-${variant}`,
    label: `sim-${variant}`,
    extends: 'sim',
    arguments: args,
    oneShot: args,
    icon,
    color,
  };
}

export const demoRigs: readonly DemoRig[] = [
  {
    name: 'backend',
    about: 'a clone of a remote',
    kind: 'url',
    title: 'Refactor auth middleware',
    runtime: simulated('thorough', 'server', 'terminal.ansiMagenta'),
    files: {
      'README.md': '# Backend\n\nThe service behind the demonstration.\n',
      'src/auth.js': 'export function isAllowed(user) {\n  return user !== undefined;\n}\n',
    },
  },
  {
    name: 'ml-pipeline',
    about: 'a clone of a remote',
    kind: 'url',
    title: 'Update feature extraction',
    runtime: simulated('quick', 'graph', 'terminal.ansiCyan'),
    files: {
      'README.md': '# ML pipeline\n\nFeatures for the demonstration.\n',
      'pipeline/features.py': 'def extract(row):\n    return {"length": len(row)}\n',
    },
  },
  {
    name: 'frontend',
    about: 'a local repository with its branch checked out',
    kind: 'path',
    title: 'Update login component',
    runtime: simulated('visual', 'browser', 'terminal.ansiYellow'),
    files: {
      'README.md': '# Frontend\n\nThe page of the demonstration.\n',
      'src/login.html': '<form><input name="user"><button>Log in</button></form>\n',
    },
  },
];
