import { runtimeTestMethod } from './runtimeTestRequest.ts';

/** Requests that the language server answers itself: what there is no town server for. */
export const createMethod = 'town/create';
/** A person starts a town that was stopped. */
export const startMethod = 'town/start';

export const ownMethods = [createMethod, startMethod, runtimeTestMethod] as const;

export type OwnMethod = (typeof ownMethods)[number];

export function isOwn(method: string): method is OwnMethod {
  return ownMethods.some((own) => own === method);
}
