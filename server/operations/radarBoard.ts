import type { RigCollisions, Touched } from '../domain/collision.ts';
import type { RigName } from '../domain/ids.ts';
import type { Peer } from '../protocol/caller.ts';
import type { RadarOutlook } from '../protocol/radar.ts';

/** What the radar has seen, in memory only: after a restart it looks again. */
export interface RadarBoard {
  outlook(rig: string): RadarOutlook | undefined;
  collisionsOf(rig: string): RigCollisions;
  /** Followers are told where anything but the times is another. */
  show(outlook: RadarOutlook, touched: readonly Touched[]): void;
  forget(rig: string): void;
  /** From now on, until its connection ends. */
  follow(peer: Peer): void;
  /** Called after each look at a rig. */
  onLook(listener: () => void): void;
}

export function radarBoard(): RadarBoard {
  const outlooks = new Map<string, RadarOutlook>();
  const touchedIn = new Map<string, readonly Touched[]>();
  const followers = new Set<Peer>();
  const listeners: (() => void)[] = [];
  return {
    outlook: (rig) => outlooks.get(rig),
    collisionsOf: (rig) => ({
      rig: rig as RigName,
      collisions: outlooks.get(rig)?.collisions ?? [],
      touched: touchedIn.get(rig) ?? [],
    }),
    show(outlook, touched) {
      const before = outlooks.get(outlook.rig);
      outlooks.set(outlook.rig, outlook);
      touchedIn.set(outlook.rig, touched);
      for (const listener of listeners) listener();
      if (before !== undefined && looks(before) === looks(outlook)) return;
      for (const peer of followers) peer.notify('radar/changed', outlook);
    },
    forget(rig) {
      outlooks.delete(rig);
      touchedIn.delete(rig);
    },
    follow(peer) {
      if (followers.has(peer)) return;
      followers.add(peer);
      peer.onEnd(() => followers.delete(peer));
    },
    onLook(listener) {
      listeners.push(listener);
    },
  };
}

function looks({ lookedAt: _at, ...outlook }: RadarOutlook): string {
  return JSON.stringify(outlook);
}
