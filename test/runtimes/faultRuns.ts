import type { Verdict } from '../../server/domain/verdict.ts';

/**
 * The output of real programs whose model service, key, folder or sandbox was at fault, as it was recorded, shortened in places that
 * say nothing. `seen: false`: worded as the program's documentation has it, not recorded.
 */
export interface FaultRun {
  readonly what: string;
  readonly runtime: string;
  readonly exit: { readonly code?: number; readonly signal?: string };
  readonly lines: readonly string[];
  readonly verdict: Verdict;
  readonly evidence: string;
  readonly resets?: string;
  readonly seen?: false;
}

const claudeInit =
  '{"type":"system","subtype":"init","cwd":"/w","session_id":"489da3cb-616c-4a4c-a316-a5957a205e12","tools":["Bash"],"model":"claude-opus-5-5"}';
const claudeRetry = (status: number, error: string): string =>
  `{"type":"system","subtype":"api_retry","attempt":1,"max_retries":10,"retry_delay_ms":31449,"error_status":${status},"error":"${error}","session_id":"489da3cb-616c-4a4c-a316-a5957a205e12","uuid":"ef4cee91-c77b-44dc-b3d1-3c36dcd81271"}`;
const codexStart = [
  '{"type":"thread.started","thread_id":"01a217ae-026b-7c71-b6e4-a58ab75a2599"}',
  '{"type":"turn.started"}',
];
const codexFailed = (message: string): readonly string[] => [
  `{"type":"error","message":"Reconnecting... 1/1 (${message})"}`,
  `{"type":"error","message":"${message}"}`,
  `{"type":"turn.failed","error":{"message":"${message}"}}`,
];
const codexRefused =
  'unexpected status 401 Unauthorized: invalid x-api-key, url: http://127.0.0.1:1/v1/responses';
const codexOverloaded =
  'unexpected status 529 <unknown status code>: Overloaded, url: http://127.0.0.1:1/v1/responses';
const geminiInit =
  '{"type":"init","timestamp":"2026-11-26T11:46:51.875Z","session_id":"9a078e3d-d043-4ca4-934c-d39f17f3ec5b","model":"auto"}';
const copilotCall = (status: number): string =>
  `{"type":"model.call_failure","data":{"model":"fake-model","statusCode":${status},"durationMs":35,"retryAttempt":0,"failureKind":"api","isByok":true,"source":"top_level","errorMessage":"{\\"type\\":\\"error\\"}"},"id":"a1"}`;

export const faultRuns: readonly FaultRun[] = [
  {
    what: '429',
    runtime: 'claude',
    exit: { code: 143 },
    lines: [claudeInit, claudeRetry(429, 'rate_limit')],
    verdict: 'rate-limit',
    evidence: 'rate_limit',
  },
  {
    what: '529',
    runtime: 'claude',
    exit: { code: 143 },
    lines: [claudeInit, claudeRetry(529, 'overloaded')],
    verdict: 'rate-limit',
    evidence: 'overloaded',
  },
  {
    what: '401',
    runtime: 'claude',
    exit: { code: 143 },
    lines: [claudeInit, claudeRetry(401, 'authentication_failed')],
    verdict: 'sign-in',
    evidence: 'authentication_failed',
  },
  {
    what: 'root',
    runtime: 'claude',
    exit: { code: 1 },
    lines: ['--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons'],
    verdict: 'refused',
    evidence: '--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons',
  },
  {
    what: 'an unknown session',
    runtime: 'claude',
    exit: { code: 1 },
    lines: [
      'No conversation found with session ID: 11111111-2222-4333-8444-555555555555',
      '{"type":"result","subtype":"error_during_execution","duration_ms":0,"is_error":true,"num_turns":0,"stop_reason":null,"session_id":"11111111-2222-4333-8444-555555555555"}',
    ],
    verdict: 'lost-session',
    evidence: 'No conversation found with session ID: 11111111-2222-4333-8444-555555555555',
  },
  {
    what: 'a used up plan',
    runtime: 'claude',
    exit: { code: 1 },
    lines: [
      claudeInit,
      '{"type":"result","subtype":"success","is_error":true,"result":"You\'ve hit your session limit · resets 3pm (Europe/Berlin)","session_id":"489da3cb-616c-4a4c-a316-a5957a205e12"}',
    ],
    verdict: 'quota',
    evidence: "You've hit your session limit · resets 3pm (Europe/Berlin)",
    resets: '3pm (Europe/Berlin)',
    seen: false,
  },
  {
    what: '429',
    runtime: 'codex',
    exit: { code: 1 },
    lines: [...codexStart, ...codexFailed('exceeded retry limit, last status: 429 Too Many Requests')],
    verdict: 'rate-limit',
    evidence: 'exceeded retry limit, last status: 429 Too Many Requests',
  },
  {
    what: '401',
    runtime: 'codex',
    exit: { code: 1 },
    lines: [...codexStart, ...codexFailed(codexRefused)],
    verdict: 'sign-in',
    evidence: codexRefused,
  },
  {
    what: '529',
    runtime: 'codex',
    exit: { code: 1 },
    lines: [...codexStart, ...codexFailed(codexOverloaded)],
    verdict: 'rate-limit',
    evidence: codexOverloaded,
  },
  {
    what: 'a read-only .git, after which it went on and ended well',
    runtime: 'codex',
    exit: { code: 0 },
    lines: [
      ...codexStart,
      '{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"git commit -m x","aggregated_output":"fatal: Unable to create \'/g/worktrees/w/index.lock\': Read-only file system\\n","exit_code":128,"status":"failed"}}',
      '{"type":"item.completed","item":{"id":"item_2","type":"agent_message","text":"Done."}}',
      '{"type":"turn.completed","usage":{"input_tokens":100,"output_tokens":10}}',
    ],
    verdict: 'sandbox',
    evidence: "index.lock': Read-only file system",
  },
  {
    what: 'a login shell without gt, after which it went on and ended well',
    runtime: 'codex',
    exit: { code: 0 },
    lines: [
      ...codexStart,
      '{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"/bin/bash -lc \'gt hook\'","aggregated_output":"/bin/bash: line 1: gt: command not found\\n","exit_code":127,"status":"failed"}}',
      '{"type":"turn.completed","usage":{"input_tokens":100,"output_tokens":10}}',
    ],
    verdict: 'missing-tool',
    evidence: 'gt: command not found',
  },
  {
    what: 'an unknown session',
    runtime: 'codex',
    exit: { code: 1 },
    lines: [
      'Error: thread/resume: thread/resume failed: no rollout found for thread id 01a217ab-b41b-7da2-b364-000000000000 (code -32600)',
      'Stack backtrace:',
      '0: <unknown>',
    ],
    verdict: 'lost-session',
    evidence: 'no rollout found for thread id',
  },
  {
    what: 'a used up plan',
    runtime: 'codex',
    exit: { code: 1 },
    lines: [
      ...codexStart,
      ...codexFailed(
        "You've hit your usage limit. Upgrade to Pro or try again in 3 days 4 hours 12 minutes.",
      ),
    ],
    verdict: 'quota',
    evidence: "You've hit your usage limit.",
    resets: 'in 3 days 4 hours 12 minutes',
    seen: false,
  },
  {
    what: '401',
    runtime: 'gemini',
    exit: { code: 145 },
    lines: [
      geminiInit,
      '{"type":"result","timestamp":"2026-11-26T11:46:51.950Z","status":"error","error":{"type":"unknown","message":"[API Error: {\\"type\\":\\"error\\",\\"error\\":{\\"type\\":\\"authentication_error\\",\\"message\\":\\"invalid x-api-key\\",\\"code\\":401}}]"},"stats":{"total_tokens":0}}',
    ],
    verdict: 'sign-in',
    evidence: 'exit code 145',
  },
  {
    what: '429',
    runtime: 'gemini',
    exit: { signal: 'SIGTERM' },
    lines: [
      geminiInit,
      '{"type":"message","timestamp":"2026-11-26T11:44:45.386Z","role":"user","content":"hi"}',
      'Attempt 2 failed with status 429. Retrying with backoff... _ApiError: {"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your account\'s rate limit. Please try again later.","code":429,"status":"RESOURCE_EXHAUSTED"}}',
      'status: 429',
      '}',
    ],
    verdict: 'rate-limit',
    evidence: 'status: 429',
  },
  {
    what: '529',
    runtime: 'gemini',
    exit: { signal: 'SIGTERM' },
    lines: [
      geminiInit,
      'Attempt 3 failed with status 529. Retrying with backoff... _ApiError: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded","code":529,"status":"UNAVAILABLE"}}',
      '}',
    ],
    verdict: 'rate-limit',
    evidence: 'Attempt 3 failed with status 529.',
  },
  {
    what: 'no key',
    runtime: 'gemini',
    exit: { code: 41 },
    lines: [
      'Please set an Auth method in your /home/ann/.gemini/settings.json or specify one of the following environment variables before running: GEMINI_API_KEY, GOOGLE_GENAI_USE_VERTEXAI, GOOGLE_GENAI_USE_GCA',
    ],
    verdict: 'sign-in',
    evidence: 'exit code 41',
  },
  {
    what: 'an untrusted folder',
    runtime: 'gemini',
    exit: { code: 55 },
    lines: [
      'Approval mode overridden to "default" because the current folder is not trusted.',
      'Gemini CLI is not running in a trusted directory. To proceed, either use `--skip-trust`, set the `GEMINI_CLI_TRUST_WORKSPACE=true` environment variable, or trust this directory in interactive mode.',
    ],
    verdict: 'dialog',
    evidence: 'exit code 55',
  },
  {
    what: 'an unknown session',
    runtime: 'gemini',
    exit: { code: 42 },
    lines: ['Error resuming session: No previous sessions found for this project.'],
    verdict: 'lost-session',
    evidence: 'Error resuming session: No previous sessions found for this project.',
  },
  {
    what: '401',
    runtime: 'copilot',
    exit: { code: 1 },
    lines: [
      copilotCall(401),
      '{"type":"session.error","data":{"errorType":"authentication","message":"Authentication failed with provider at http://127.0.0.1:1/v1 (HTTP 401).","statusCode":401},"id":"a2"}',
      '{"type":"result","timestamp":"2026-11-26T11:46:55.035Z","sessionId":"5e4ef771-a306-4788-b464-b98fca83ff53","exitCode":1,"usage":{"premiumRequests":0}}',
    ],
    verdict: 'sign-in',
    evidence: 'Authentication failed with provider',
  },
  {
    what: '429',
    runtime: 'copilot',
    exit: { code: 1 },
    lines: [
      copilotCall(429),
      '{"type":"model.call_final_result","data":{"model":"fake-model","isByok":true,"result":"http_429"},"ephemeral":true,"id":"a3"}',
      '{"type":"result","timestamp":"2026-11-26T11:45:33.391Z","sessionId":"5f28a094-2926-401c-8aec-50ed0103c5e5","exitCode":0,"usage":{"premiumRequests":0}}',
    ],
    verdict: 'rate-limit',
    evidence: 'http_429',
  },
  {
    what: '529',
    runtime: 'copilot',
    exit: { code: 1 },
    lines: [copilotCall(529)],
    verdict: 'rate-limit',
    evidence: '{"type":"error"}',
  },
  {
    what: 'an unknown session',
    runtime: 'copilot',
    exit: { code: 1 },
    lines: ["Error: No session, task, or name matched '11111111-2222-4333-8444-555555555555'."],
    verdict: 'lost-session',
    evidence: 'No session, task, or name matched',
  },
  {
    what: '401',
    runtime: 'opencode',
    exit: { code: 1 },
    lines: [
      '{"type":"error","timestamp":1795693618875,"sessionID":"ses_de851e061ffeVkZAsHPD2Ua6Ej","error":{"name":"APIError","data":{"message":"invalid x-api-key","statusCode":401,"isRetryable":false}}}',
    ],
    verdict: 'sign-in',
    evidence: 'invalid x-api-key',
  },
  {
    what: 'an unknown session',
    runtime: 'opencode',
    exit: { code: 1 },
    lines: ['Error: Session not found'],
    verdict: 'lost-session',
    evidence: 'Error: Session not found',
  },
  {
    what: '401',
    runtime: 'auggie',
    exit: { code: 1 },
    lines: [
      'Warning: Could not fetch tenant MCP server configurations: HTTP error: 401 Unauthorized',
      '❌ Authentication failed: HTTP error: 401 Unauthorized',
      "Run 'auggie login' to authenticate first.",
      '⎿ Request ID: 8ab92006-1ed6-4329-8e2e-16a41fe01449',
    ],
    verdict: 'sign-in',
    evidence: 'Authentication failed: HTTP error: 401 Unauthorized',
  },
  {
    what: '429',
    runtime: 'auggie',
    exit: { signal: 'SIGTERM' },
    lines: ['Warning: Could not fetch user MCP server configurations: HTTP error: 429 Too Many Requests'],
    verdict: 'rate-limit',
    evidence: 'HTTP error: 429 Too Many Requests',
  },
];
