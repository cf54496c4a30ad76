// The language server as a program, with a test of runtimes that does what the runtime's name says.
import { Refusal } from '../server/domain/refusal.ts';
import { startLanguageServer } from '../server/lsp.ts';
import type { CheckedStep } from '../server/protocol/runtimeTest.ts';

const step: CheckedStep = {
  step: 'hook',
  decides: true,
  outcome: 'passed',
  evidence: 'It read te-one.',
  seconds: 0.1,
};

startLanguageServer({
  version: '0.0.0',
  serverProgram: 'nowhere',
  createTown: () => Promise.resolve(),
  async testRuntime({ runtime, live = false }, emit, stop) {
    if (runtime === 'refused') throw new Refusal('not-found', 'There is no runtime refused.');
    emit({ event: 'begin', runtime, label: runtime, live });
    emit({ event: 'step', ...step });
    if (runtime === 'endless') await new Promise((_, reject) => stop.addEventListener('abort', reject));
    if (runtime !== 'silent') emit({ event: 'result', runtime, compatible: false, steps: [step] });
    return false;
  },
});
