import type { Destination, DestinationKind } from '../domain/destination.ts';

/** With what is counted of it. */
export interface DestinationView {
  readonly destination: Destination;
  /** Of a group or channel: how many get a letter to it now. */
  readonly reaches?: number;
  /** Of a queue: how many letters nobody has claimed. */
  readonly waiting?: number;
  /** Of a channel: how many it keeps. */
  readonly letters?: number;
}

interface DestinationDetail extends DestinationView {
  /** Of a group or channel: who gets a letter to it now. */
  readonly recipients?: readonly string[];
  /** Of a queue: what is claimed and not done with. */
  readonly claimed?: readonly { readonly message: string; readonly by: string; readonly at: string }[];
}

interface Named {
  readonly kind: DestinationKind;
  readonly name: string;
}

export interface DestinationRequests {
  /** People and the mayor: a group, a queue or a channel. */
  'destination/create': {
    params: Named & {
      /** Of a group its members, of a channel its subscribers. */
      readonly members?: readonly string[];
      /** Of a queue: who may claim; everybody where nothing is said. */
      readonly claimers?: string;
      /** Of a channel: how many letters it keeps, and for how many hours at most. */
      readonly keep?: number;
      readonly hours?: number;
      readonly description?: string;
    };
    result: DestinationView;
  };
  'destination/list': {
    params: { readonly kind?: DestinationKind };
    result: { readonly destinations: readonly DestinationView[] };
  };
  'destination/get': { params: Named; result: DestinationDetail };
  /** People and the mayor: who is in a group, or subscribed to a channel. */
  'destination/change': {
    params: Named & { readonly add?: readonly string[]; readonly remove?: readonly string[] };
    result: DestinationDetail & { readonly added: readonly string[]; readonly removed: readonly string[] };
  };
  /** The caller, or of people and the mayor anybody, gets what is said in a channel from now on; with `leave` not any more. */
  'destination/subscribe': {
    params: { readonly channel: string; readonly who?: string; readonly leave?: boolean };
    result: { readonly destination: Destination; readonly who: string; readonly changed: boolean };
  };
  /** People and the mayor. Refused with `in-use`; with `force` unclaimed letters go to the overseer, which `moved` counts. */
  'destination/delete': {
    params: Named & { readonly force?: boolean };
    result: { readonly id: string; readonly moved: number };
  };
}
