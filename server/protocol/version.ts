/** Of the town protocol. The same major talks; a newer client makes an older town server leave. */
export const protocolVersion = { major: 1, minor: 0 } as const;

export interface ProtocolVersion {
  readonly major: number;
  readonly minor: number;
}

/** Equal to `version` in package.json; a test holds them together. */
export const productVersion = '0.1.0';
