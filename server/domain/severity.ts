/** How much something presses. */
export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** The least pressing first. */
export const severities = ['low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];
