import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The key that every account of the laboratory has; nobody else's, and good for nothing. */
const key = 'sk-laboratory-0123456789abcdef';

/**
 * What the user of the six CLIs has in the environment: each vendor's own variables, with the vendor on this machine. Nothing of it
 * is known to the town.
 */
export function accounts(model: string): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: model,
    ANTHROPIC_API_KEY: key,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_MAX_RETRIES: '1',
    LAB_API_KEY: key,
    GEMINI_API_KEY: key,
    GOOGLE_GEMINI_BASE_URL: model,
    COPILOT_PROVIDER_BASE_URL: `${model}/v1`,
    COPILOT_PROVIDER_API_KEY: key,
    COPILOT_MODEL: 'scripted',
    COPILOT_OFFLINE: 'true',
    COPILOT_AUTO_UPDATE: 'false',
    OPENCODE_DISABLE_AUTOUPDATE: 'true',
    OPENCODE_DISABLE_MODELS_FETCH: 'true',
    OPENCODE_DISABLE_LSP_DOWNLOAD: 'true',
    AUGMENT_SESSION_AUTH: JSON.stringify({
      accessToken: key,
      tenantURL: `${model}/`,
      scopes: ['read', 'write'],
    }),
  };
}

/**
 * A home in which each CLI was started once by hand: it knows where its model is, its first questions are answered, and the folders
 * that the user works in are trusted.
 */
export function furnishHome(
  home: string,
  { model, trusted }: { readonly model: string; readonly trusted: readonly string[] },
): void {
  const files: Readonly<Record<string, unknown>> = {
    '.claude.json': {
      hasCompletedOnboarding: true,
      customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] },
      projects: Object.fromEntries(trusted.map((folder) => [folder, { hasTrustDialogAccepted: true }])),
    },
    '.codex/config.toml': codexConfig(model, trusted),
    '.gemini/settings.json': {
      security: { auth: { selectedType: 'gemini-api-key' } },
      model: { name: 'gemini-2.5-pro' },
      general: { disableAutoUpdate: true, enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
    },
    '.gemini/trustedFolders.json': Object.fromEntries(trusted.map((folder) => [folder, 'TRUST_FOLDER'])),
    '.copilot/config.json': { trustedFolders: trusted },
    '.config/opencode/opencode.json': opencodeConfig(model),
    '.augment/settings.json': { indexingAllowDirs: trusted },
    '.augment/.auggie.json': { onboardingVersion: '1.0.0' },
  };
  for (const [path, content] of Object.entries(files)) {
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }
}

function codexConfig(model: string, trusted: readonly string[]): string {
  return [
    'model = "scripted"',
    'model_provider = "laboratory"',
    'check_for_update_on_startup = false',
    '',
    '[model_providers.laboratory]',
    'name = "laboratory"',
    `base_url = "${model}/v1"`,
    'env_key = "LAB_API_KEY"',
    'wire_api = "responses"',
    'request_max_retries = 1',
    ...trusted.flatMap((folder) => ['', `[projects."${folder}"]`, 'trust_level = "trusted"']),
    '',
  ].join('\n');
}

function opencodeConfig(model: string): unknown {
  return {
    autoupdate: false,
    model: 'laboratory/scripted',
    small_model: 'laboratory/scripted',
    provider: {
      laboratory: {
        npm: '@ai-sdk/openai-compatible',
        name: 'laboratory',
        options: { baseURL: `${model}/v1`, apiKey: key },
        models: { scripted: { name: 'scripted' } },
      },
    },
  };
}
